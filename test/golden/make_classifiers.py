"""Records the classes under which transformers loads classifiers, by the model type of each golden model.

    python test/golden/make_classifiers.py

classifiers.json has the class's name for each kind of classifier, or null if transformers has none.
"""

import json

import transformers
from transformers.models.auto import modeling_auto

from golden_io import HERE, made_by, write_golden

MAPPINGS = {
    "sequence": modeling_auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES,
    "token": modeling_auto.MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES,
}

if __name__ == "__main__":
    types = sorted({json.loads(file.read_text())["model_type"] for file in HERE.glob("*/config.json")})
    classes = {type_: {kind: names.get(type_) for kind, names in MAPPINGS.items()} for type_ in types}
    made = made_by("make_classifiers.py", None, transformers=transformers.__version__)
    write_golden("classifiers.json", {"made": made, "classes": classes})
