package dev.foresight.quantize;

import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.RoundingSettings;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.tensor.DType;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/** All bits that quantizing one seeded block gives, for comparing processes. */
final class BlockDigest {
  private BlockDigest() {}

  /** Prints the kind of kernels and the digest. */
  public static void main(String[] args) throws NoSuchAlgorithmException {
    System.out.println(Kernels.open().getClass().getSimpleName() + " " + digest());
  }

  static String digest() throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (SearchSettings settings :
        new SearchSettings[] {
          SearchSettings.faq(),
          SearchSettings.awq().withLoss(Loss.DIAGONAL),
          SearchSettings.rtnWeighted(),
          SearchSettings.awq().withRounding(RoundingSettings.compensated())
        }) {
      for (boolean symmetric : new boolean[] {true, false}) {
        SmallBlock block = new SmallBlock(12); // 96 channels
        BlockResult result =
            BlockQuantizer.quantize(
                block.weights(DType.BF16),
                block.groups(),
                block.statistics,
                new Grid(3, 24, symmetric, DType.F16),
                settings,
                new PlainProduct());
        new TreeMap<>(result.linears()).values().forEach(linear -> add(digest, linear));
        for (LinearReport report : result.reports()) {
          digest.update(ByteBuffer.allocate(8).putDouble(report.finalLoss()).array());
          digest.update(ByteBuffer.allocate(8).putDouble(report.scaleLoss()).array());
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, QuantizedLinear linear) {
    digest.update(linear.codes());
    digest.update(linear.zeros());
    ByteBuffer steps = ByteBuffer.allocate(4 * linear.steps().length);
    steps.asFloatBuffer().put(linear.steps());
    digest.update(steps);
  }
}
