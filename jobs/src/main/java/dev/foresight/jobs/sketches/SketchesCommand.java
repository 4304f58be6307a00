package dev.foresight.jobs.sketches;

import picocli.CommandLine.Command;

/** Looks at sketch stores and changes them; never runs the model. */
@Command(
    name = "sketches",
    description = "Lists, shows, removes, copies, compacts and compares what sketch stores hold.",
    subcommands = {
      SketchesListCommand.class,
      SketchesShowCommand.class,
      SketchesRemoveCommand.class,
      SketchesCopyCommand.class,
      SketchesCompactCommand.class,
      SketchesCompareCommand.class
    })
public final class SketchesCommand {}
