"""The Llama architecture as the demo family uses it, written for a fast training step on a CPU.

Parameters carry Hugging Face's names, so a state is a checkpoint. Attention is two plain matrix products: with AMX they
cost a third of what the fused kernel's backward pass costs at these sizes.
"""
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

NORM_EPSILON = 1e-5
ROPE_THETA = 10000.0


@dataclass(frozen=True)
class Shape:
    hidden: int
    mlp: int
    heads: int
    kv_heads: int
    blocks: int = 8
    vocabulary: int = 4096
    positions: int = 2048

    @property
    def head(self):
        return self.hidden // self.heads


def linear(outputs, inputs, std=0.02):
    layer = nn.Linear(inputs, outputs, bias=False)
    nn.init.normal_(layer.weight, std=std)
    return layer


class Norm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, NORM_EPSILON)


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        narrow = shape.kv_heads * shape.head
        self.q_proj = linear(shape.hidden, shape.hidden)
        self.k_proj = linear(narrow, shape.hidden)
        self.v_proj = linear(narrow, shape.hidden)
        self.o_proj = linear(shape.hidden, shape.hidden, 0.02 / math.sqrt(2 * shape.blocks))

    def forward(self, x, cos, sin, mask):
        batch, length, _ = x.shape
        head = self.shape.head

        def split(y):  # [batch, length, heads * head] -> [batch, heads, length, head]
            return y.view(batch, length, -1, head).transpose(1, 2)

        def rotate(y):
            a, b = y.chunk(2, -1)
            return y * cos + torch.cat([-b, a], -1) * sin

        repeat = self.shape.heads // self.shape.kv_heads
        q = rotate(split(self.q_proj(x)))
        k = rotate(split(self.k_proj(x))).repeat_interleave(repeat, 1)
        v = split(self.v_proj(x)).repeat_interleave(repeat, 1)
        weights = (q @ k.transpose(2, 3) * head**-0.5 + mask).softmax(-1)
        return self.o_proj((weights @ v).transpose(1, 2).reshape(batch, length, -1))


class Mlp(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.gate_proj = linear(shape.mlp, shape.hidden)
        self.up_proj = linear(shape.mlp, shape.hidden)
        self.down_proj = linear(shape.hidden, shape.mlp, 0.02 / math.sqrt(2 * shape.blocks))

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.input_layernorm = Norm(shape.hidden)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = Norm(shape.hidden)
        self.mlp = Mlp(shape)

    def forward(self, x, cos, sin, mask):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(nn.Module):
    """Mean cross-entropy of `targets` [batch, length] after `tokens` of the same shape; the head is the embedding."""

    def __init__(self, shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.hidden)
        nn.init.normal_(self.embed_tokens.weight, std=0.02)
        self.layers = nn.ModuleList(Block(shape) for _ in range(shape.blocks))
        self.norm = Norm(shape.hidden)

    def forward(self, tokens, targets, cos, sin, mask):
        x = self.embed_tokens(tokens)
        for layer in self.layers:
            x = layer(x, cos, sin, mask)
        logits = F.linear(self.norm(x), self.embed_tokens.weight)
        return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten())


def positions(shape, length, dtype):
    """cos, sin [length, head] of the rotary angles and the causal mask [length, length]."""
    inverse = 1.0 / ROPE_THETA ** (torch.arange(0, shape.head, 2) / shape.head)
    angles = torch.outer(torch.arange(length), inverse).repeat(1, 2)
    mask = torch.full((length, length), -math.inf).triu(1)
    return angles.cos().to(dtype), angles.sin().to(dtype), mask.to(dtype)


def config(shape, dtype, rope):
    """config.json; `rope` says where the base stands: "rope_parameters" (transformers 5) or "rope_theta" (before)."""
    theta = {"rope_parameters": {"rope_type": "default", "rope_theta": ROPE_THETA}} if rope == "rope_parameters" else {"rope_theta": ROPE_THETA}
    return {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "attention_dropout": 0.0,
        "bos_token_id": 0,
        ("dtype" if rope == "rope_parameters" else "torch_dtype"): dtype,
        "eos_token_id": 0,
        "head_dim": shape.head,
        "hidden_act": "silu",
        "hidden_size": shape.hidden,
        "initializer_range": 0.02,
        "intermediate_size": shape.mlp,
        "max_position_embeddings": shape.positions,
        "mlp_bias": False,
        "model_type": "llama",
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.blocks,
        "num_key_value_heads": shape.kv_heads,
        "pad_token_id": 1,
        "rms_norm_eps": NORM_EPSILON,
        **theta,
        "tie_word_embeddings": True,
        "vocab_size": shape.vocabulary,
    }
