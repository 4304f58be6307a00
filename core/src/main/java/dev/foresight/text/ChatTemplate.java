package dev.foresight.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.jinja.ChatRenderer;
import dev.foresight.text.python.RefusedException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a model wants conversations written: the Jinja template of its tokenizer, rendered as
 * transformers' {@code apply_chat_template} does without tools or documents, and without a
 * generation prompt unless {@link #asking} wants it. Safe for several threads.
 *
 * <p>A conversation that the template or the library can't render is refused; nothing is rendered
 * in part. The date of the day is never written, or the same text would be other tokens tomorrow:
 * templates that ask whether {@code strftime_now} is defined are told that it is not.
 */
public final class ChatTemplate implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String FILE = "chat_template.jinja";
  private static final String ADDITIONAL = "additional_chat_templates/";
  private static final String KEY = "chat_template";
  private static final List<String> TOKENS =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private final String location;
  private final String template; // null for none
  private final HashMap<String, String> tokens;
  private final boolean asks;
  private transient volatile ChatRenderer renderer;

  /**
   * @param location where it is written, for messages
   * @param template Jinja
   * @param tokens special tokens that it may name, for example {@code bos_token}
   */
  public ChatTemplate(String location, String template, Map<String, String> tokens) {
    this(location, template, new HashMap<>(tokens), false);
  }

  private ChatTemplate(
      String location, String template, HashMap<String, String> tokens, boolean asks) {
    this.location = location;
    this.template = template;
    this.tokens = tokens;
    this.asks = asks;
  }

  /** No template: conversations stay what they are, as {@link ConversationText}. */
  public static ChatTemplate verbatim() {
    return new ChatTemplate("the corpus", null, Map.of());
  }

  /**
   * The same with what makes the model answer behind each conversation ({@code
   * add_generation_prompt}).
   */
  public ChatTemplate asking() {
    return new ChatTemplate(location, template, tokens, true);
  }

  /**
   * The template that a model folder holds, in files of its own or else in {@code
   * tokenizer_config.json}; of several named ones the default, none if there is no default.
   */
  public static Optional<ChatTemplate> of(ModelFolder folder) throws IOException {
    TokenizerConfig config = TokenizerConfig.of(folder);
    List<String> all = folder.tree();
    for (String file : List.of(ADDITIONAL + "default.jinja", FILE)) {
      if (all.contains(file)) {
        String location = folder.location() + "/" + file;
        return Optional.of(new ChatTemplate(location, folder.textBelow(file), tokens(config)));
      }
    }
    if (all.stream().anyMatch(file -> file.startsWith(ADDITIONAL) && file.endsWith(".jinja"))) {
      return Optional.empty(); // templates in files are all that counts, and none is the default
    }
    JsonNode template = config.json().path(KEY);
    if (template.isContainerNode()) {
      template = defaultOf(template);
    }
    return template.isTextual()
        ? Optional.of(
            new ChatTemplate(
                Words.format("%s of %s", KEY, config.where()), template.asText(), tokens(config)))
        : Optional.empty();
  }

  /** The default of named templates: a list of name and template, or an object by name. */
  private static JsonNode defaultOf(JsonNode templates) {
    JsonNode chosen = templates.path("default");
    for (JsonNode named : templates) {
      if (named.path("name").asText().equals("default")) {
        chosen = named.path("template"); // the last of several, as for transformers
      }
    }
    return chosen;
  }

  /** Another template with the special tokens of a model's tokenizer. */
  public static ChatTemplate of(ModelFolder folder, String location, String template)
      throws IOException {
    return new ChatTemplate(location, template, tokens(TokenizerConfig.of(folder)));
  }

  private static Map<String, String> tokens(TokenizerConfig config) {
    Map<String, String> tokens = new HashMap<>();
    TOKENS.forEach(name -> config.token(name).ifPresent(text -> tokens.put(name, text)));
    return tokens;
  }

  /**
   * A conversation as text; no message is no text.
   *
   * @throws InputException if the template refuses the conversation, or can't be rendered exactly
   */
  public String render(List<ChatMessage> messages) {
    if (messages.isEmpty()) {
      return "";
    }
    if (template == null) {
      return ConversationText.write(messages);
    }
    try {
      ChatRenderer jinja = renderer;
      if (jinja == null) {
        jinja = new ChatRenderer(template);
        renderer = jinja;
      }
      return jinja.render(names(messages));
    } catch (RefusedException e) {
      throw new InputException(
          Words.format(
                  "%s can't render a conversation: %s. Mend or remove the conversation, or name another",
                  location, e.getMessage())
              + " template by --chat-template.",
          e);
    }
  }

  /** What transformers lets a template see of a conversation without tools or documents. */
  private Map<String, Object> names(List<ChatMessage> messages) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (ChatMessage message : messages) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("role", message.role());
      row.put("content", message.content());
      rows.add(row);
    }
    Map<String, Object> names = new HashMap<>(tokens);
    names.put("messages", rows);
    names.put("tools", null);
    names.put("documents", null);
    names.put("add_generation_prompt", asks);
    return names;
  }
}
