package dev.foresight.spark.functions;

import dev.foresight.spark.io.ModelFolders;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.deploy.SparkHadoopUtil;

/**
 * Tokenizers of this JVM, one a model folder, read by the first task that asks and kept as long as
 * the JVM lives.
 */
final class ExecutorTokenizer {
  private static final ConcurrentHashMap<String, Tokenizer> LOADED = new ConcurrentHashMap<>();

  private ExecutorTokenizer() {}

  /**
   * @param model folder, any Hadoop URI
   * @throws dev.foresight.InputException if it is none, or has no tokenizer
   */
  static Tokenizer of(String model) {
    return LOADED.computeIfAbsent(model, ExecutorTokenizer::open);
  }

  private static Tokenizer open(String model) {
    try {
      return Tokenizer.open(ModelFolders.open(model, SparkHadoopUtil.get().conf()));
    } catch (IOException e) {
      throw new UncheckedIOException("Can't read the tokenizer of " + model, e);
    }
  }
}
