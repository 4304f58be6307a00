"""Other projects' own code that unpacks GPTQ and AWQ, as their packages on PyPI have it.

Importing those packages would pull in CUDA kernels; so only the modules that unpack are loaded, from the downloaded
archives (see `readers.sh` for names and versions), with empty packages standing around them.
"""
import importlib
import importlib.util
import logging
import pathlib
import sys
import types


def _empty_package(name, folder):
    module = types.ModuleType(name)
    module.__path__ = [str(folder)]
    sys.modules[name] = module


def gptqmodel(folder):
    """GPTQModel's `utils/model_dequant.py`: `convert_gptq_file` reads one safetensors file."""
    root = pathlib.Path(folder) / "gptqmodel"
    for name in ("", ".utils", ".quantization"):
        _empty_package("gptqmodel" + name, root / name.replace(".", "/").lstrip("/"))
    logger = types.ModuleType("gptqmodel.utils.logger")
    logger.setup_logger = lambda: logging.getLogger("gptqmodel")
    sys.modules[logger.__name__] = logger
    # float8 and float4 helpers, which want a GPU's libraries and are not called here
    other_formats = types.ModuleType("gptqmodel.quantization.dtype")
    other_formats.__getattr__ = lambda name: (lambda *arguments, **settings: ())
    sys.modules[other_formats.__name__] = other_formats
    return importlib.import_module("gptqmodel.utils.model_dequant")


def autoawq(folder):
    """AutoAWQ's `utils/packing_utils.py`: `dequantize_gemm` unpacks one linear."""
    file = pathlib.Path(folder) / "awq" / "utils" / "packing_utils.py"
    spec = importlib.util.spec_from_file_location("autoawq_packing_utils", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def autogptq(folder):
    """AutoGPTQ's `qlinear_cuda_old.py`: what its `QuantLinear` makes of the unit matrix is the weight, turned."""
    root = pathlib.Path(folder) / "auto_gptq"
    for name in ("", ".nn_modules", ".nn_modules.qlinear", ".utils"):
        _empty_package("auto_gptq" + name, root / name.replace(".", "/").lstrip("/"))
    return importlib.import_module("auto_gptq.nn_modules.qlinear.qlinear_cuda_old")
