package dev.foresight.spark.regenerate;

import dev.foresight.Words;
import dev.foresight.spark.generate.GroupTask;
import dev.foresight.spark.generate.NumberedPrompt;
import dev.foresight.spark.io.AtomicFiles;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/** Rewrites the sources of a group; its candidates lie under {@code _temporary} until the end. */
public final class RegenerateTask extends GroupTask {
  /** Folder of the groups' candidates, JSON lines. */
  public static final String CANDIDATES = AtomicFiles.TEMPORARY + "/candidates";

  private static final long serialVersionUID = 1L;

  private final Regeneration what;

  /**
   * @param output folder that the files go to
   */
  public RegenerateTask(Regeneration what, String output, SerializableConfiguration conf) {
    super(output, conf);
    this.what = what;
  }

  @Override
  protected String lines(long group, List<NumberedPrompt> sources) throws IOException {
    Configuration hadoop = conf().value();
    SourceRewriter rewriter = new SourceRewriter(what, hadoop);
    rewriter.rewrite(sources);
    // first, since the text says that the group is done
    String candidates = Words.format("%s/part-%05d.jsonl", CANDIDATES, group);
    AtomicFiles.writeText(hadoop, new Path(output()), candidates, rewriter.candidates());
    return rewriter.texts();
  }
}
