package dev.foresight.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.InterpreterFactory;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import dev.foresight.Words;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A chat template in Jinjava, held to what Python's Jinja2 does with the settings of transformers:
 * blocks trimmed and stripped to the left, Python's values and expressions, and content never read
 * as template. What is not known here is refused where a conversation comes to it.
 */
final class ChatRenderer {
  /** Characters of an output or a value; a template may loop for ever. */
  static final int MAX_OUTPUT = 256 << 20;

  private final Jinjava jinja;
  private final TemplateSyntax.Adapted template;

  /**
   * @throws RefusedException if Jinja2 could not read the template
   */
  ChatRenderer(String template) {
    try {
      this.template = TemplateSyntax.adapt(template);
    } catch (StackOverflowError e) {
      throw new RefusedException("its brackets or numbers are nested or long without end", e);
    }
    this.jinja = new Jinjava(config(this.template.parts()));
    PlainTag.all().forEach(jinja::registerTag);
    jinja.registerTag(new IfTag());
    jinja.registerTag(new ForTag());
    jinja.registerTag(new SetTag());
    jinja.registerTag(new MacroTag());
    jinja.registerTag(new GenerationTag());
  }

  private static JinjavaConfig config(List<Object> parts) {
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
        .withMaxOutputSize(MAX_OUTPUT)
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
   * @param asks whether what makes a model answer comes last
   * @throws RefusedException if anything at all went wrong
   */
  String render(List<ChatMessage> messages, Map<String, String> tokens, boolean asks) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (ChatMessage message : messages) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("role", message.role());
      row.put("content", message.content());
      rows.add(row);
    }
    Map<String, Object> context = new HashMap<>(tokens);
    context.put("messages", rows);
    context.put("tools", null);
    context.put("documents", null);
    context.put("add_generation_prompt", asks);
    RenderResult result;
    try {
      result = jinja.renderForResult(template.template(), context);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
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
    }
    String message = error.getMessage().replaceAll("\\s+", " ").strip();
    return new RefusedException(
        Words.format("line %d: %s", error.getLineno(), message), error.getException());
  }
}
