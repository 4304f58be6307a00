package dev.foresight.spark.functions;

import dev.foresight.Words;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.text.Tokenizer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.deploy.SparkHadoopUtil;

/**
 * Tokenizers of this JVM, one a model folder, read by the first task that asks. A folder that was
 * written again is read again: each task looks once at the dates and lengths of its files.
 */
public final class ExecutorTokenizer {
  private static final Map<String, Loaded> LOADED = new ConcurrentHashMap<>();

  /** Which task of this thread has looked at which folder. */
  private static final ThreadLocal<Map<String, Long>> SEEN = ThreadLocal.withInitial(HashMap::new);

  /** What was read, and what the folder looked like then. */
  private record Loaded(Tokenizer tokenizer, String state) {}

  private ExecutorTokenizer() {}

  /**
   * The tokenizer of a model folder.
   *
   * @param model any Hadoop URI
   * @throws dev.foresight.InputException if it is none, or has no tokenizer
   */
  public static Tokenizer of(String model) {
    TaskContext task = TaskContext.get();
    Loaded loaded = LOADED.get(model);
    if (loaded != null && task != null) {
      Long seen = SEEN.get().put(model, task.taskAttemptId());
      if (seen != null && seen == task.taskAttemptId()) {
        return loaded.tokenizer();
      }
    }
    Configuration conf = SparkHadoopUtil.get().conf();
    try {
      String state = state(model, conf);
      return LOADED
          .compute(
              model,
              (key, known) ->
                  known != null && known.state().equals(state) ? known : open(key, state, conf))
          .tokenizer();
    } catch (IOException e) {
      throw unreadable(model, e);
    }
  }

  private static Loaded open(String model, String state, Configuration conf) {
    try { // one that was replaced may still be at work in another task, so it is not closed
      return new Loaded(Tokenizer.open(ModelFolders.open(model, conf)), state);
    } catch (IOException e) {
      throw unreadable(model, e);
    }
  }

  private static String state(String model, Configuration conf) throws IOException {
    Path folder = new Path(model);
    TreeSet<String> files = new TreeSet<>();
    try {
      for (FileStatus file : folder.getFileSystem(conf).listStatus(folder)) {
        if (file.getPath().getName().endsWith(".json")) {
          files.add(
              Words.format(
                  "%s %d %d", file.getPath().getName(), file.getLen(), file.getModificationTime()));
        }
      }
    } catch (FileNotFoundException e) { // opening it says so in the words of all commands
      return "";
    }
    return String.join("\n", files);
  }

  private static UncheckedIOException unreadable(String model, IOException cause) {
    return new UncheckedIOException("Can't read the tokenizer of " + model, cause);
  }
}
