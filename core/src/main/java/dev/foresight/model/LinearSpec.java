package dev.foresight.model;

import java.util.List;

/**
 * One linear of a block. Some families store several parts as one matrix, rows of the first part
 * first.
 *
 * @param parts what it is for; all of one role
 * @param path its name inside the block, for example {@code self_attn.q_proj}
 */
public record LinearSpec(List<Part> parts, String path) {
  public LinearSpec {
    parts = List.copyOf(parts);
    if (parts.stream().map(Part::role).distinct().count() != 1) {
      throw new IllegalArgumentException(path + " has parts " + parts + " of several roles");
    }
  }

  /** A linear for one purpose. */
  public LinearSpec(Part part, String path) {
    this(List.of(part), path);
  }

  /** The input it reads. */
  public Role role() {
    return parts.get(0).role();
  }

  /** Whether the clip search may touch it, which takes all of its parts. */
  public boolean clipped() {
    return parts.stream().allMatch(Part::clipped);
  }

  /** Whether it adds a bias. */
  public boolean biased(ModelConfig config) {
    return config.biased().containsAll(parts);
  }

  /** Output features. */
  public int rows(ModelConfig config) {
    return parts.stream().mapToInt(part -> part.rows(config)).sum();
  }

  /** First row of a part. */
  public int firstRow(ModelConfig config, Part part) {
    return parts.subList(0, parts.indexOf(part)).stream().mapToInt(p -> p.rows(config)).sum();
  }

  /** Input channels. */
  public int columns(ModelConfig config) {
    return role().channels(config);
  }

  /** Name of the weight inside the block, for example {@code self_attn.q_proj.weight}. */
  public String weight() {
    return path + ".weight";
  }

  /** Name of the bias inside the block. */
  public String bias() {
    return path + ".bias";
  }
}
