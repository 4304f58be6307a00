"""What run asks of the S3 server besides Foresight: folders in and out, and what lies there.

The server's URL is that of AWS_ENDPOINT_URL.
"""
import argparse
import filecmp
import json
import pathlib
import sys
import time

import boto3

BUCKET = "foresight"


def client():
    return boto3.client("s3", region_name="us-east-1")


def names(prefix):
    pages = client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def put(folder, prefix):
    s3 = client()
    if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        s3.upload_file(str(file), BUCKET, f"{prefix}/{file.relative_to(folder)}")


def get(prefix, folder):
    for name in names(prefix + "/"):
        if not name.endswith("/"):
            file = folder / name[len(prefix) + 1:]
            file.parent.mkdir(parents=True, exist_ok=True)
            client().download_file(BUCKET, name, str(file))


def whole(one, other):
    """Whether all weights that the other folder has so far are those of the one."""
    files = sorted(other.glob("*.safetensors"))
    differ = [file.name for file in files if not filecmp.cmp(one / file.name, file, shallow=False)]
    print(f"{len(files)} files of weights, {len(differ)} not whole {differ}")
    return not differ


def same_numbers(one, other):
    """Whether two evaluations found the same, in whatever time."""
    reports = [json.loads(file.read_text()) for file in (one, other)]
    for report in reports:
        report.pop("seconds", None), report.pop("model", None)
    print("the same evaluation" if reports[0] == reports[1] else f"evaluations differ: {reports}")
    return reports[0] == reports[1]


def wait(prefix, part, seconds):
    """Until there is an object whose name holds the part."""
    for _ in range(seconds * 20):
        found = [name for name in names(prefix) if part in name]
        if found:
            print(found[0])
            return True
        time.sleep(0.05)
    return False


def unfinished(prefix):
    """Uploads that were begun and neither completed nor aborted."""
    return [upload["Key"] for upload in client().list_multipart_uploads(Bucket=BUCKET, Prefix=prefix).get("Uploads", [])]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("put", "get", "whole", "same-numbers"):
        command = commands.add_parser(name)
        command.add_argument("source", type=str if name == "get" else pathlib.Path)
        command.add_argument("target", type=str if name == "put" else pathlib.Path)
    for name in ("list", "unfinished"):
        commands.add_parser(name).add_argument("prefix")
    waiting = commands.add_parser("wait")
    waiting.add_argument("prefix")
    waiting.add_argument("part")
    arguments = parser.parse_args()
    if arguments.command == "put":
        put(arguments.source, arguments.target)
    elif arguments.command == "get":
        get(arguments.source, arguments.target)
    elif arguments.command in ("whole", "same-numbers"):
        check = whole if arguments.command == "whole" else same_numbers
        sys.exit(0 if check(arguments.source, arguments.target) else 1)
    elif arguments.command == "wait":
        sys.exit(0 if wait(arguments.prefix, arguments.part, 120) else 1)
    else:
        print("\n".join((names if arguments.command == "list" else unfinished)(arguments.prefix)))


main()
