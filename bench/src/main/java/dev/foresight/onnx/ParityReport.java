package dev.foresight.onnx;

import dev.foresight.model.Model;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;

/** Every family against transformers, as a table; started by {@code tools/exactness/families}. */
final class ParityReport {
  private ParityReport() {}

  public static void main(String[] args) throws IOException {
    System.out.println(
        "| checkpoint | one block | its sums | chain | sums along the chain | logits |");
    System.out.println("|---|---|---|---|---|---|");
    for (GoldenModel family : GoldenModel.all()) {
      try (Model model = family.open();
          Checkpoint golden = family.golden()) {
        Parity parity = Parity.of(model, golden);
        System.out.printf(
            "| %s | %.1e | %.1e | %.1e | %.1e | %.1e |%n",
            family,
            parity.block(),
            parity.blockSums(),
            parity.chain(),
            parity.chainSums(),
            parity.logits());
      }
    }
  }
}
