package dev.foresight.spark.generate;

import java.io.IOException;
import java.util.List;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/** A task that makes a file of a group of prompts, unless an earlier run has. */
public abstract class GroupTask
    implements Function<Tuple2<Long, List<NumberedPrompt>>, GroupFile.Part> {
  private static final long serialVersionUID = 1L;

  private final String output;
  private final SerializableConfiguration conf;

  /**
   * @param output folder that the files go to
   */
  protected GroupTask(String output, SerializableConfiguration conf) {
    this.output = output;
    this.conf = conf;
  }

  @Override
  public final GroupFile.Part call(Tuple2<Long, List<NumberedPrompt>> group) throws IOException {
    String name = GroupFile.name(group._1());
    return GroupFile.exists(output, name, conf.value())
        ? GroupFile.found(output, name, conf.value())
        : GroupFile.write(output, name, lines(group._1(), group._2()), conf.value());
  }

  /** The file's JSON lines. */
  protected abstract String lines(long group, List<NumberedPrompt> prompts) throws IOException;

  /** Folder that the files go to. */
  protected final String output() {
    return output;
  }

  /** File systems and their settings. */
  protected final SerializableConfiguration conf() {
    return conf;
  }
}
