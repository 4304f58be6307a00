package dev.foresight.model;

/** Where the scale of a role goes: the producer of the role's input, which is divided by it. */
public sealed interface Fold {
  /**
   * The norm in front of the linears; its {@code offset + weight} is divided, [channels].
   *
   * @param norm which one
   */
  record IntoNorm(NormSpec norm) implements Fold {}

  /**
   * A part of a linear whose output channels become the role's channels; its rows are divided.
   *
   * @param linear which one
   * @param part which of its rows
   * @param perKvHead whether each of them serves a channel of several query heads, so that they
   *     must share one scale ({@link Architecture#queryHeadsPerKvHead})
   */
  record IntoRows(LinearSpec linear, Part part, boolean perKvHead) implements Fold {}
}
