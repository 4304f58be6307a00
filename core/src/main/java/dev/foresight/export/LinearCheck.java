package dev.foresight.export;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.foresight.Words;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SymmetricStep;
import java.util.Optional;

/** Whether a stored linear can be what the grid of its report allows. */
public final class LinearCheck {
  private LinearCheck() {}

  /**
   * The first thing that is wrong: another width, a group, a step that is 0 or not finite, a zero
   * point or a code outside the grid.
   *
   * @param grid what was rounded to
   */
  public static Optional<String> problem(QuantizedLinear linear, Grid grid) {
    if (linear.grid().bits() != grid.bits()) {
      return problem("it has %d bits, not %d", linear.grid().bits(), grid.bits());
    }
    int group = grid.group() == 0 ? linear.columns() : grid.group();
    if (linear.group() != group) {
      return problem("its groups have %d channels, not %d", linear.group(), group);
    }
    int groups = linear.columns() / group;
    for (int g = 0; g < linear.steps().length; g++) {
      float step = linear.steps()[g];
      int zero = Byte.toUnsignedInt(linear.zeros()[g]);
      String where = Words.format("of row %d, group %d", g / groups, g % groups);
      if (!Float.isFinite(step) || step == 0) {
        return problem("the step %s is %s", where, step);
      }
      if (grid.symmetric() ? zero != grid.middle() : zero > grid.maxCode()) {
        return problem("the zero point %s is %d", where, zero);
      }
    }
    int least = grid.symmetric() && grid.symmetricStep() == SymmetricStep.NARROW ? 1 : 0;
    for (int i = 0; i < linear.codes().length; i++) {
      int code = Byte.toUnsignedInt(linear.codes()[i]);
      if (code < least || code > grid.maxCode()) {
        int row = i / linear.columns();
        return problem("the code of row %d, channel %d is %d", row, i % linear.columns(), code);
      }
    }
    return Optional.empty();
  }

  @FormatMethod
  private static Optional<String> problem(@FormatString String format, Object... values) {
    return Optional.of(Words.format(format, values));
  }
}
