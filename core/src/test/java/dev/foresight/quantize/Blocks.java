package dev.foresight.quantize;

import dev.foresight.model.Role;
import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.NormFold;
import java.util.List;
import java.util.Set;

/** Layouts that tests share. */
final class Blocks {
  private Blocks() {}

  /** The roles of a Llama block. */
  static List<RoleGroup> llama(int repeat, int headDimension) {
    return List.of(
        new RoleGroup(
            Role.ATTENTION_INPUT,
            List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
            Set.of("self_attn.q_proj", "self_attn.k_proj"),
            new NormFold("input_layernorm", 0)),
        new RoleGroup(
            Role.ATTENTION_OUTPUT,
            List.of("self_attn.o_proj"),
            new LinearFold("self_attn.v_proj", repeat, headDimension)),
        new RoleGroup(
            Role.MLP_INPUT,
            List.of("mlp.gate_proj", "mlp.up_proj"),
            new NormFold("post_attention_layernorm", 0)),
        new RoleGroup(
            Role.MLP_OUTPUT, List.of("mlp.down_proj"), LinearFold.rowByRow("mlp.up_proj")));
  }
}
