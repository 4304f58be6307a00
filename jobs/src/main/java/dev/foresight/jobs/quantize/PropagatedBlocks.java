package dev.foresight.jobs.quantize;

import dev.foresight.Words;
import dev.foresight.jobs.cli.ExecutorCores;
import dev.foresight.model.Role;
import dev.foresight.sketch.SampledToken;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import dev.foresight.spark.quantize.BlockQuantization.Scores;
import dev.foresight.spark.quantize.BlockQuantization.Task;
import dev.foresight.spark.quantize.ChosenRows;
import dev.foresight.spark.quantize.Prefix;
import dev.foresight.spark.quantize.PrefixPart;
import dev.foresight.spark.quantize.PrefixRows;
import dev.foresight.spark.quantize.PropagatedRole;
import dev.foresight.spark.store.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Block after block and role after role: the store's text is led up to each role through all that
 * is quantized before it, one task a part, and then one task quantizes the role for what arrives. A
 * run that was killed goes on with the block that it was at.
 */
final class PropagatedBlocks {
  private final JavaSparkContext spark;
  private final SerializableConfiguration conf;
  private final Task task;
  private final int blocks;
  private final int length;
  private final List<PrefixPart> parts;

  /**
   * @param blocks of the model
   */
  PropagatedBlocks(
      JavaSparkContext spark,
      SerializableConfiguration conf,
      Task task,
      int blocks,
      Manifest manifest)
      throws IOException {
    this.spark = spark;
    this.conf = conf;
    this.task = task;
    this.blocks = blocks;
    this.length = manifest.packing().sequenceLength();
    List<SampledToken> tokens = ChosenRows.tokens(task.selection(), conf.value());
    this.parts = PrefixPart.of(tokens, manifest.texts(), length, task.selection().store());
  }

  /**
   * Quantizes what is not finished.
   *
   * @param finished blocks by number, completed
   */
  void run(SortedMap<Integer, QuantizedBlock> finished, Broadcast<List<Scores>> scores)
      throws IOException {
    Prefix prefix = new Prefix(task.output(), parts, conf.value());
    int first = 0;
    while (finished.containsKey(first)) {
      first++;
    }
    if (first < blocks && !prefix.reaches(first)) {
      first = 0; // what led there is gone: an earlier run had removed it and lost a block since
    }
    String run = UUID.randomUUID().toString();
    for (int block = first; block < blocks; block++) {
      List<PropagatedRole.Done> roles = new ArrayList<>();
      for (Role role : Role.values()) {
        spark.setJobGroup(
            "propagate", Words.format("Block %d of %d, %s", block + 1, blocks, role.key()));
        spark
            .parallelize(parts, parts.size())
            .map(new PrefixRows(task, run, block, role, length, conf))
            .collect();
        if (role.ordinal() == 0) {
          prefix.reached(block);
        }
        roles.add(
            spark
                .parallelize(List.of(new PropagatedRole.Earlier(block, role, roles)), 1)
                .map(
                    new PropagatedRole(
                        task, parts, scores, ExecutorCores.of(spark.getConf()), conf))
                .first());
        prefix.quantized(block, role);
      }
      finished.put(block, roles.get(roles.size() - 1).block());
    }
  }
}
