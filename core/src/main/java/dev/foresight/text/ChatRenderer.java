package dev.foresight.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import dev.foresight.Words;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A chat template in Jinjava, held to what Python's Jinja2 does with the settings of transformers:
 * blocks trimmed and stripped to the left, Python's string methods and operator precedence, and
 * content never read as template.
 */
final class ChatRenderer {
  private static final int MAX_OUTPUT = 256 << 20; // characters; a template may loop for ever

  private final Jinjava jinja;
  private final String template;

  ChatRenderer(String template) {
    this.template = TemplateSyntax.adapt(template);
    this.jinja = new Jinjava(config());
    jinja.setResourceLocator(
        (name, encoding, interpreter) -> {
          throw new RefusedException("it includes another file, " + name);
        });
    jinja.registerFilter(new PythonStrings.Trim());
    jinja.registerTag(new GenerationTag());
    jinja.registerFunction(
        new ELFunctionDefinition(
            "", "raise_exception", ChatRenderer.class, "raiseException", Object.class));
  }

  private static JinjavaConfig config() {
    LegacyOverrides likePython =
        LegacyOverrides.newBuilder()
            .withUseTrimmingForNotesAndExpressions(true)
            .withIterateOverMapKeys(true)
            .withUseNaturalOperatorPrecedence(true)
            .withHandleBackslashInQuotesOnly(true)
            .withParseWhitespaceControlStrictly(true)
            .withEvaluateMapKeys(true)
            .withUsePyishObjectMapper(true)
            .withKeepNullableLoopValues(true)
            .withAllowAdjacentTextNodes(true)
            .build();
    return JinjavaConfig.newBuilder()
        .withTrimBlocks(true)
        .withLstripBlocks(true)
        .withKeepTrailingNewline(true)
        .withNestedInterpretationEnabled(false)
        .withMaxOutputSize(MAX_OUTPUT)
        .withElResolver(PythonStrings.resolver())
        .withLegacyOverrides(likePython)
        .build();
  }

  /** Why a conversation was not rendered. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }

    RefusedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** What templates call to refuse a conversation. */
  public static String raiseException(Object message) {
    throw new RefusedException(String.valueOf(message));
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
      result = jinja.renderForResult(template, context);
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
      if (t instanceof RefusedException) {
        return new RefusedException(Words.format("'%s'", t.getMessage()), t);
      }
    }
    String message = error.getMessage().replaceAll("\\s+", " ").strip();
    return new RefusedException(
        Words.format("line %d: %s", error.getLineno(), message), error.getException());
  }
}
