package dev.foresight.spark.regenerate;

import dev.foresight.generate.Generator;
import dev.foresight.regenerate.Competition;
import dev.foresight.regenerate.PromptRecipe;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.text.ChatTemplate;
import java.io.Serializable;

/**
 * What tasks that rewrite a corpus need to know.
 *
 * @param teacher the model that writes
 * @param target the model that will be calibrated, and tells how surprising a text is
 * @param settings of the teacher's text
 * @param template the teacher's, asking; null where it has none
 * @param maxTokens of a source that count, and of a text that is judged
 */
public record Regeneration(
    ExecutorModel.Key teacher,
    ExecutorModel.Key target,
    PromptRecipe recipe,
    Competition competition,
    Generator.Settings settings,
    ChatTemplate template,
    int maxTokens)
    implements Serializable {}
