package dev.foresight.quantize.fold;

/** Nothing can absorb a scale, so the role keeps scale 1. */
public record NoFold() implements Fold {}
