"""SparkApplication manifests against the operators' definitions and Foresight's needs. Run by validate.

  validate.py schemas SCHEMAS MANIFEST…     each fits its operator's schema, unknown fields are errors
  validate.py refused SCHEMAS MANIFEST…     the same check refuses each after it was damaged: it does check
  validate.py overhead AMOUNT MANIFEST…     executors of calibrate have at least so much memoryOverhead
  validate.py arguments MANIFEST…           prints the command lines, one a line, without doubles
"""
import copy, gzip, pathlib, re, sys
import yaml
from jsonschema import Draft202012Validator

DEFINITIONS = {"sparkoperator.k8s.io/v1beta2": "kubeflow", "spark.apache.org/v1": "apache"}
JAR = "local:///opt/foresight/foresight-runtime.jar"
UNITS = {"k": 2 ** -10, "m": 1, "g": 2 ** 10}


def strict(schema):
    """A Kubernetes schema as JSON schema that refuses what an API server would silently drop."""
    if not isinstance(schema, dict):
        return schema
    node = {k: v for k, v in schema.items() if k not in ("format", "properties", "items", "additionalProperties")}
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    if "properties" in schema:
        node["properties"] = {name: strict(child) for name, child in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            node["additionalProperties"] = False
    if "additionalProperties" in schema:
        node["additionalProperties"] = strict(schema["additionalProperties"])
    if "items" in schema:
        node["items"] = strict(schema["items"])
    if schema.get("nullable") and "type" in node:
        node["type"] = [node["type"], "null"]
    return node


def validator(schemas, api):
    definition = yaml.safe_load(gzip.open(pathlib.Path(schemas, f"{DEFINITIONS[api]}-sparkapplication-crd.yaml.gz")))
    version = next(v for v in definition["spec"]["versions"] if v["name"] == api.split("/")[1])
    schema = strict(version["schema"]["openAPIV3Schema"])
    schema["properties"] |= {"metadata": {"type": "object", "required": ["name"]}, "apiVersion": {}, "kind": {}}
    return Draft202012Validator(schema)


def load(file):
    return yaml.safe_load(pathlib.Path(file).read_text())


def faults(schemas, manifest):
    errors = validator(schemas, manifest["apiVersion"]).iter_errors(manifest)
    found = [f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in errors]
    spec = manifest["spec"]
    kubeflow = "arguments" in spec
    if (spec.get("mainApplicationFile") if kubeflow else spec.get("jars")) != JAR:
        found.append(f"the jar is not {JAR}")
    for part in ("driver", "executor"):
        pod = spec[part] if kubeflow else spec[part + "Spec"]["podTemplateSpec"]["spec"]
        user = pod.get("podSecurityContext" if kubeflow else "securityContext", {})
        if not user.get("runAsNonRoot") or user.get("runAsUser") == 0:
            found.append(f"the {part} may run as root")
        container = pod if kubeflow else pod["containers"][0]
        if container.get("securityContext", {}).get("allowPrivilegeEscalation") is not False:
            found.append(f"the {part} may gain privileges")
    for word in words(manifest):
        if re.search(r"(?i)secret|passw|token=|access[.-]?key", word):
            found.append(f"an argument looks like a secret: {word}")
    return found


def words(manifest):
    return manifest["spec"].get("arguments") or manifest["spec"]["driverArgs"]


def check_schemas(schemas, *files):
    for file in files:
        manifest = load(file)
        found = faults(schemas, manifest)
        if found:
            sys.exit(f"{file}:\n  " + "\n  ".join(found))
        print(f"fits {manifest['apiVersion']}: {'/'.join(pathlib.Path(file).parts[-2:])}")


def check_refused(schemas, *files):
    damages = (lambda m: m["spec"].update(mainClas="x"), lambda m: m["spec"].update(mainClass=7),
               lambda m: words(m).append("--password=x"),
               lambda m: m["spec"].pop("runtimeVersions" if "driverArgs" in m["spec"] else "sparkVersion"))
    for file in files:
        for damage in damages:
            manifest = copy.deepcopy(load(file))
            damage(manifest)
            if not faults(schemas, manifest):
                sys.exit(f"{file} is damaged, and nobody noticed")
    print(f"{len(damages)} kinds of damage are refused")


def mebibytes(amount):
    number, unit = re.fullmatch(r"(\d+)([kmg])", amount).groups()
    return int(number) * UNITS[unit]


def check_overhead(needed, *files):
    for file in files:
        spec = load(file)["spec"]
        if words({"spec": spec})[0] != "calibrate":
            continue
        given = spec["executor"]["memoryOverhead"] if "executor" in spec else spec["sparkConf"]["spark.executor.memoryOverhead"]
        if mebibytes(given) < mebibytes(needed):
            sys.exit(f"{file}: memoryOverhead is {given}, but calibrate --plan asks for {needed}")
        print(f"memoryOverhead {given} is enough for {needed}: {'/'.join(pathlib.Path(file).parts[-2:])}")


def print_arguments(*files):
    print("\n".join(sorted({" ".join(words(load(file))) for file in files})))


if __name__ == "__main__":
    {"schemas": check_schemas, "refused": check_refused, "overhead": check_overhead,
     "arguments": print_arguments}[sys.argv[1]](*sys.argv[2:])
