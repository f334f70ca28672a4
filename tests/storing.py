"""A server that speaks S3, in a process of its own, and what to tell whoever uses it."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager


@contextmanager
def server():
    """The address of a server with nothing in it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def known(endpoint):
    """The variables by which the server is found."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def opened(endpoint):
    """The store, with an empty bucket named `firm`."""
    from pyarrow.fs import S3FileSystem

    host = endpoint.removeprefix("http://")
    found = S3FileSystem(endpoint_override=host, scheme="http", allow_bucket_creation=True)
    found.create_dir("firm")
    return found


def names(address):
    """What lies under an address of the store that the environment tells of."""
    from pyarrow.fs import FileSelector

    found = opened(os.environ["AWS_ENDPOINT_URL"]).get_file_info(
        FileSelector(address.removeprefix("s3://"), recursive=True)
    )
    return [info.path for info in found if info.is_file]


def objects(address):
    """The same, each with what it holds."""
    store = opened(os.environ["AWS_ENDPOINT_URL"])
    for name in names(address):
        with store.open_input_stream(name) as read:
            yield name, read.read()
