"""From the SAM template to the plain CloudFormation that is really deployed, offline.

What it never does: talk to AWS. Gates that look at the unexpanded file miss two defects in three, because functions
are opaque to them.
"""

import boto3
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

# Values for the parameters that have no default; none of them changes the shape of what is expanded.
SAMPLE = {
    "ArtefactBucket": "artefacts",
    "ArtefactKey": "merit/0.zip",
    "JwtIssuer": "https://issuer.example",
    "JwtAudience": "merit",
    "AlarmEmail": "nobody@example.com",
}


class Refused(Exception):
    """The translator would refuse the template at deployment; says why."""


def read(path):
    """The template as a dictionary, with `!Ref` and its kin in long form."""
    with open(path, encoding="utf-8") as file:
        return yaml_parse(file.read())


def expand(template):
    """The expanded template; the argument is consumed. Raises `Refused`."""
    values = {name: spec["Default"] for name, spec in template["Parameters"].items() if "Default" in spec}
    session = boto3.Session(region_name="eu-central-1")
    translator = Translator({}, Parser(), boto_session=session)
    try:
        return translator.translate(template, {**SAMPLE, **values})
    except InvalidDocumentException as error:
        raise Refused("; ".join(cause.message for cause in error.causes) or str(error)) from error
    finally:
        translator.metrics.publish()  # to nowhere; it complains when nobody asked
