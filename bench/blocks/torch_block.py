"""The block of BlockBenchmark by PyTorch: one forward pass for each line "float32" or "bfloat16" on standard input.

  python torch_block.py HIDDEN INTERMEDIATE HEADS KV_HEADS TOKENS LENGTH     (torch, transformers)
"""
import sys
import torch
import transformers
from transformers.models.llama.configuration_llama import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaDecoderLayer, LlamaRotaryEmbedding

hidden, intermediate, heads, kv_heads, tokens, length = map(int, sys.argv[1:])
torch.set_num_threads(1)
torch.manual_seed(0)
config = LlamaConfig(hidden_size=hidden, intermediate_size=intermediate, num_attention_heads=heads,
                     num_key_value_heads=kv_heads, num_hidden_layers=1, vocab_size=8)
config._attn_implementation = "sdpa"
positions = torch.arange(length)[None]
block = LlamaDecoderLayer(config, 0).eval()
x = torch.randn(tokens // length, length, hidden)
rope = LlamaRotaryEmbedding(config)(x, positions)
cases = {}
for name in ("float32", "bfloat16"):
    dtype = getattr(torch, name)
    copy = LlamaDecoderLayer(config, 0).eval()
    copy.load_state_dict(block.state_dict())
    cases[name] = (copy.to(dtype), x.to(dtype), tuple(part.to(dtype) for part in rope))
print(f"PyTorch {torch.__version__}", flush=True)
for line in sys.stdin:
    layer, values, embeddings = cases[line.strip()]
    with torch.inference_mode():
        layer(values, position_embeddings=embeddings, attention_mask=None)
    print("done", flush=True)
