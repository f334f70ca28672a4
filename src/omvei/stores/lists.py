"""What is published at an address: a list of files, replaced in one piece by one writer at a time.

A list is an object of its own, of a name that is never used again. Which one holds is said by a
log, whose entries are numbered: an entry is made only if nobody made one of its number before. So
of several who change a workspace at once one succeeds, and the others learn of it; a reader finds
the list before or the new one; and whoever dies in between leaves objects that no list speaks of.

The log is a Delta table's, since `deltalake` makes such entries in every store it knows (in S3 with
`If-None-Match`), and is here anyway.
"""

import dataclasses
import json
from dataclasses import asdict, dataclass, field
from uuid import uuid4

from ..errors import WorkspaceError
from .objects import endpoint, opened

FOLDER = "published"
"""Where the log and the lists lie, under the address."""

LOG = f"{FOLDER}/_delta_log"

TRIES = 5
"""How often a list is looked for that is replaced again and again."""


@dataclass(frozen=True)
class Listed:
    """One state of what is published."""

    files: dict[str, str] = field(default_factory=dict)
    """Every file by its name in the workspace, with its checksum."""
    before: dict[str, str] = field(default_factory=dict)
    """Files of the state before that are still there, for readers who have it open."""
    key: str = ""
    """The checksum of the file with the key of the hashes, which is not there."""
    at_home: bool = False
    """Whether it was changed in the store, and not published from a folder."""
    number: int = -1
    """The number of its entry in the log; -1 where nothing is published."""

    name: str = ""
    """The name of the object that holds the list; none is ever used twice."""

    @property
    def kept(self) -> dict[str, str]:
        """Every file that is there, of this state or the one before."""
        return self.before | self.files


def newest(address: str) -> Listed:
    """What is published now."""
    from pyarrow.fs import FileSelector

    with opened(address) as (store, root):
        for _ in range(TRIES):
            log = f"{root}/{LOG}"
            there = store.get_file_info(FileSelector(log, allow_not_found=True))
            entries = sorted(one.path for one in there if one.path.endswith(".json"))
            if not entries:
                break
            with store.open_input_stream(entries[-1]) as read:
                said = [json.loads(line) for line in read.read().splitlines() if line]
            told = next((t for each in said if (t := each.get("commitInfo", {}).get("list"))), None)
            if told is None:  # the log was just begun
                break
            try:
                with store.open_input_stream(f"{root}/{FOLDER}/{told}") as read:
                    number = int(entries[-1].rpartition("/")[2].partition(".")[0])
                    return Listed(**json.loads(read.read()), number=number, name=told)
            except FileNotFoundError:
                continue  # replaced meanwhile: there is a newer one
        else:
            raise WorkspaceError(f"What is published at {address} has no list. Publish it again.")
    return Listed()


def replace(address: str, now: Listed, before: Listed) -> Listed:
    """Make `now` what is published, if that is still `before`; return it with its number.

    Raises `WorkspaceError` if somebody else published meanwhile.
    """
    import pyarrow as pa
    from deltalake import CommitProperties, DeltaTable
    from deltalake.exceptions import CommitFailedError, DeltaError

    nothing = pa.schema([("nothing", pa.int64())])  # the table whose log it is has no rows
    name = f"{uuid4().hex}.json"
    said = {part: told for part, told in asdict(now).items() if part not in ("number", "name")}
    with (
        opened(address) as (store, root),
        store.open_output_stream(f"{root}/{FOLDER}/{name}") as out,
    ):
        out.write(json.dumps(said, sort_keys=True).encode())
    options = {"AWS_ENDPOINT_URL": endpoint()} if endpoint() else {}
    options |= {"AWS_ALLOW_HTTP": "true"} if endpoint().startswith("http://") else {}
    last = max(before.number, 0)  # the entry that begins the log lists nothing
    try:
        table = DeltaTable.create(
            f"{address.rstrip('/')}/{FOLDER}", nothing, mode="ignore", storage_options=options
        )
        if table.version() != last:
            raise CommitFailedError
        entry = CommitProperties({"list": name}, max_commit_retries=0)
        table.create_write_transaction([], "append", nothing, commit_properties=entry)
    except CommitFailedError:
        # an answer that was lost on its way is asked for again: the entry may be ours
        if newest(address).name != name:
            raise WorkspaceError(
                f"Somebody else changed {address} meanwhile. Their change holds, and nothing of it "
                "is lost; this one was not kept. Do it again."
            ) from None
    except (DeltaError, OSError) as error:
        raise WorkspaceError(
            f"The store at {address} could not be used: {error} It must know writes that are "
            "done only if nobody was there before (in S3: If-None-Match)."
        ) from None
    return dataclasses.replace(now, number=last + 1, name=name)
