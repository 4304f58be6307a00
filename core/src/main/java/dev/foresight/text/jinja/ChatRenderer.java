package dev.foresight.text.jinja;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.InterpreterFactory;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.OutputTooBigException;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import dev.foresight.Words;
import dev.foresight.text.python.PythonValues;
import dev.foresight.text.python.RefusedException;
import java.util.List;
import java.util.Map;

/**
 * A chat template in Jinjava, held to what Python's Jinja2 does with the settings of transformers:
 * blocks trimmed and stripped to the left, Python's values and expressions, and content never read
 * as template. What is not known here is refused where a conversation comes to it.
 */
public final class ChatRenderer {
  private final Jinjava jinja;
  private final String template;

  /**
   * @throws RefusedException if Jinja2 could not read the template
   */
  public ChatRenderer(String template) {
    this(template, PythonValues.LONGEST);
  }

  /**
   * @param most characters of an output
   */
  ChatRenderer(String template, int most) {
    Adapted adapted;
    try {
      adapted = TemplateSyntax.adapt(template);
    } catch (StackOverflowError e) {
      throw new RefusedException("its brackets or numbers are nested or long without end", e);
    }
    this.template = adapted.template();
    this.jinja = new Jinjava(config(adapted.parts(), most));
    PlainTag.all().forEach(jinja::registerTag);
    jinja.registerTag(new IfTag());
    jinja.registerTag(new ForTag());
    jinja.registerTag(new SetTag());
    jinja.registerTag(new MacroTag());
    jinja.registerTag(new GenerationTag());
  }

  private static JinjavaConfig config(List<Object> parts, int most) {
    LegacyOverrides likePython =
        LegacyOverrides.newBuilder()
            .withParseWhitespaceControlStrictly(true)
            .withHandleBackslashInQuotesOnly(true)
            .withAllowAdjacentTextNodes(true)
            .build();
    return JinjavaConfig.newBuilder()
        .withTrimBlocks(false) // white space is TemplateSyntax's matter
        .withLstripBlocks(false)
        .withKeepTrailingNewline(true)
        .withNestedInterpretationEnabled(false)
        .withMaxOutputSize(most)
        .withInterperterFactory(
            new InterpreterFactory() {
              @Override
              public JinjavaInterpreter newInstance(JinjavaInterpreter of) {
                throw new UnsupportedOperationException("no tag that is known here needs another");
              }

              @Override
              public JinjavaInterpreter newInstance(
                  Jinjava jinja, Context context, JinjavaConfig config) {
                return new PythonInterpreter(jinja, context, config, parts);
              }
            })
        .withLegacyOverrides(likePython)
        .build();
  }

  /**
   * @param names what the template sees besides its own names and Python's functions
   * @throws RefusedException if anything at all went wrong
   */
  public String render(Map<String, Object> names) {
    RenderResult result;
    try {
      result = jinja.renderForResult(template, names);
    } catch (StackOverflowError e) {
      throw new RefusedException(
          "its macros call each other or its values are nested without end", e);
    } catch (RuntimeException | LinkageError e) {
      // of Jinjava's own dependencies only those are there that templates have been seen to need
      throw new RefusedException(e.toString(), e);
    }
    if (!result.getErrors().isEmpty()) {
      throw refused(result.getErrors().get(0));
    }
    return result.getOutput();
  }

  private static RefusedException refused(TemplateError error) {
    for (Throwable t = error.getException(); t != null; t = t.getCause()) {
      if (t instanceof RefusedException refused) {
        return refused.at(error.getLineno());
      }
      if (t instanceof OutputTooBigException) {
        return new RefusedException("it writes text that is too long, or without end", t);
      }
    }
    String message = error.getMessage().replaceAll("\\s+", " ").strip();
    return new RefusedException(
        Words.format("line %d: %s", error.getLineno(), message), error.getException());
  }
}
