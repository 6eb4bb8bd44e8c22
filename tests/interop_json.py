# SPDX-License-Identifier: MIT
"""The JSON of `bellwether call` against the reference implementation of proto3's JSON mapping: random
messages of every type of the contract, in both directions, and what both must refuse."""
import base64
import json
import math
import os
import random
import subprocess

import story

try:
    from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
    from google.protobuf.descriptor import FieldDescriptor as Field
except ImportError:
    story.skip("/usr/bin/python3 has no google.protobuf (Debian: python3-protobuf)")

ROUNDS = 60  # of each type
PACKAGE = "bellwether.v1."


class Loaded:
    server = None


class Pipe:
    """tests/json_pipe.c, a line in and a line out."""

    def __init__(self):
        self._process = subprocess.Popen([os.environ["JSON_PIPE"]], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        story.equal(self._process.wait(story.PATIENCE_S), 0)
        self._process.stdout.close()

    def _ask(self, verb, name, text):
        self._process.stdin.write(f"{verb} {name} {text}\n".encode())
        self._process.stdin.flush()
        return self._process.stdout.readline().decode().rstrip("\n")

    def json_of(self, message, whole=False):
        return self._ask("whole" if whole else "print", message.DESCRIPTOR.name,
                         message.SerializeToString().hex())

    def read(self, name, text):
        """Packed bytes, or what is wrong."""
        kind, _, rest = self._ask("read", name, text).partition(" ")
        return bytes.fromhex(rest) if kind == "=" else rest


def contract():
    """The message classes by name, from the contract that the command fetches."""
    answer = Loaded.server.client("call", "Reflection/GetSchema").ok().json()
    files = descriptor_pb2.FileDescriptorSet.FromString(
        base64.b64decode(answer["fileDescriptorSet"]))
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return {name: factory.GetPrototype(pool.FindMessageTypeByName(PACKAGE + name))
            for file in files.file for name in (message.name for message in file.message_type)}


# --- Random messages ------------------------------------------------------------------------------

INTEGERS = {Field.CPPTYPE_INT32: (-2**31, 2**31 - 1), Field.CPPTYPE_INT64: (-2**63, 2**63 - 1),
            Field.CPPTYPE_UINT32: (0, 2**32 - 1), Field.CPPTYPE_UINT64: (0, 2**64 - 1)}
TEXTS = ["", "plain", "with \"quotes\" and \\ and /", "\b\t\n\f\r\x01\x1f\x7f", "你好", "😀 é", "</script>",
         "\u2028\ufeff", "NaN", "1e3", "x" * 300]


def double(chance):
    kind = chance.randrange(5)
    if kind == 0:
        return chance.choice([math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308,
                              2.2250738585072014e-308, 1e300, 0.1, 1e21, 1e-7, 2.0**53, -1.0, 1e22])
    if kind == 1:
        return float(chance.randrange(-10**6, 10**6)) / 100 or 1.0
    if kind == 2:
        return chance.uniform(-1, 1) * 10.0 ** chance.randrange(-300, 300) or 1.0
    return float(chance.randrange(1, 2**62))


def value(chance, field):
    if field.cpp_type in INTEGERS:
        least, most = INTEGERS[field.cpp_type]
        return chance.choice([least, most, 0, 1, chance.randint(least, most)])
    if field.cpp_type == Field.CPPTYPE_DOUBLE:
        return double(chance)
    if field.cpp_type == Field.CPPTYPE_BOOL:
        return chance.random() < 0.5
    if field.cpp_type == Field.CPPTYPE_ENUM:
        known = [known.number for known in field.enum_type.values]
        return chance.choice([*known, 77, -1, 2**31 - 1, -2**31])
    if field.type == Field.TYPE_BYTES:
        return chance.randbytes(chance.choice([0, 1, 2, 3, 4, 5, 100]))
    return chance.choice(TEXTS)


def fill(chance, message, depth=0):
    """With oneofs, each member of which takes the place of another."""
    for field in message.DESCRIPTOR.fields:
        if chance.random() < (0.4 if depth < 4 else 0.8):
            continue
        is_list = field.label == Field.LABEL_REPEATED
        for _ in range(chance.choice([0, 1, 2, 5]) if is_list else 1):
            if field.cpp_type == Field.CPPTYPE_MESSAGE:
                inner = getattr(message, field.name)
                target = inner.add() if is_list else inner
                target.SetInParent()
                fill(chance, target, depth + 1)
            elif is_list:
                item = value(chance, field)
                zero = isinstance(item, float) and chance.random() < 0.1
                getattr(message, field.name).append(-0.0 if zero else item)
            else:
                setattr(message, field.name, value(chance, field))
    return message


def messages():
    chance = random.Random(20260)
    for _, kind in sorted(contract().items()):
        yield kind()
        for _ in range(ROUNDS):
            yield fill(chance, kind())


def same(got, expected):
    """Equal with NaN, and with the sign of zero."""
    if isinstance(expected, dict):
        return (isinstance(got, dict) and got.keys() == expected.keys() and
                all(same(got[key], expected[key]) for key in expected))
    if isinstance(expected, list):
        return len(got) == len(expected) and all(map(same, got, expected))
    if isinstance(expected, float):
        return got == expected and math.copysign(1, got) == math.copysign(1, expected)
    return type(got) is type(expected) and got == expected


def with_doubles(shape):
    """The reference prints 5.0 as 5.0, we print 5; so both are floats here."""
    if isinstance(shape, dict):
        return {key: with_doubles(item) for key, item in shape.items()}
    if isinstance(shape, list):
        return [with_doubles(item) for item in shape]
    return float(shape) if isinstance(shape, int) and not isinstance(shape, bool) else shape


# --- Scenes ---------------------------------------------------------------------------------------


@story.scene
def what_is_printed_is_what_the_reference_prints():
    with Pipe() as pipe:
        for message in messages():
            for whole in (False, True):
                text = pipe.json_of(message, whole)
                reference = json_format.MessageToDict(message, including_default_value_fields=whole)
                got, expected = (with_doubles(shape) for shape in (
                    json.loads(text, parse_int=number), reference))
                story.check(same(got, expected), f"{message.DESCRIPTOR.name}: {text} {reference}")


def number(digits):
    """An integer of JSON; -0 is a double."""
    return -0.0 if digits == "-0" else int(digits)


@story.scene
def the_reference_reads_what_is_printed():
    with Pipe() as pipe:
        for message in messages():
            text = pipe.json_of(message)
            # Its own reader takes the integer -0 for 0, and the sign is lost.
            again = json_format.Parse(text.replace("-0,", "-0.0,").replace("-0]", "-0.0]"),
                                      type(message)())
            story.check(again.SerializeToString(deterministic=True) ==
                        message.SerializeToString(deterministic=True), text)


@story.scene
def what_the_reference_prints_is_read():
    styles = [{}, {"including_default_value_fields": True}, {"preserving_proto_field_name": True},
              {"use_integers_for_enums": True}, {"indent": None}, {"ensure_ascii": False}]
    with Pipe() as pipe:
        for i, message in enumerate(messages()):
            text = json_format.MessageToJson(message, **styles[i % len(styles)]).replace("\n", " ")
            packed = pipe.read(message.DESCRIPTOR.name, text)
            story.check(not isinstance(packed, str), f"{packed}: {text}")
            again = type(message).FromString(packed)
            story.check(again.SerializeToString(deterministic=True) ==
                        message.SerializeToString(deterministic=True), text)


BAD = [
    ("GetLatestRequest", text) for text in (
        '"x"', "", "{", '{"keys"}', '{"keys":["a"],}', '{"keys":["a"]} x',
        '{"keys":"a"}', '{"keys":[1]}', '{"keys":[null]}', '{"keys":[["a"]]}', '{"unknown":1}',
        '{"keys":["a"],"keys":["b"]}', '{"handles":[-1]}', '{"handles":[18446744073709551616]}',
        '{"handles":["18446744073709551616"]}', '{"handles":[1.5]}', '{"handles":["1.5"]}',
        '{"handles":["x"]}', '{"handles":[""]}', '{"handles":["1x"]}', '{"handles":["0x10"]}',
        '{"handles":[true]}', '{"view":"VIEW_NONE"}', '{"view":2147483648}', '{"actualOnly":1}', '{"actualOnly":"true"}',
        '{"asOf":"x"}',
        '{"asOf":{"date":"2020-01-01","timeMs":"1"}}', '{"actual-only":true}',
        '{"scale":{"x":1}}', '{"handles":[01]}', '{"handles":[1.]}', '{"handles":[.5]}',
        '{"handles":[1e]}', '{"handles":[+1]}', '{"handles":[1e400]}', '{"handles":[1e-1]}')
] + [
    ("PutPartRequest", text) for text in (
        '{"part":1}', '{"part":"A"}', '{"part":[1]}')
] + [
    ("ObservationColumns", text) for text in (
        '{"values":["x"]}', '{"values":[""]}', '{"values":["1 2"]}',
        '{"values":[1e999]}', '{"values":[{}]}')
]


# What is no more in the mapping, though the reference lets it pass, or breaks on it.
WORSE = [
    ("GetLatestRequest", "[]"), ("GetLatestRequest", "null"), ("GetLatestRequest", "1"),
    ("GetLatestRequest", '{"view":1.5}'), ("GetLatestRequest", '{"view":true}'),
    ("GetLatestRequest", '{"asOf":[]}'), ("GetLatestRequest", '{"actual_only":true,"actualOnly":true}'),
    ("PutPartRequest", '{"part":"*"}'), ("PutPartRequest", '{"part":"A==="}'),
    ("ObservationColumns", '{"values":[true]}'), ("ObservationColumns", '{"values":["1e999"]}'),
]


@story.scene
def what_the_reference_refuses_is_refused():
    types = contract()
    with Pipe() as pipe:
        for name, text in BAD:
            story.check(isinstance(pipe.read(name, text), str), f"{name} was read from {text}")
            try:
                json_format.Parse(text, types[name]())
            except json_format.ParseError:
                continue
            raise AssertionError(f"the reference reads {name} from {text}")
        for name, text in WORSE:
            story.check(isinstance(pipe.read(name, text), str), f"{name} was read from {text}")


GOOD = [
    ("GetLatestRequest", text) for text in (
        "{}", " { } ", '{"keys":null}', '{"keys":[]}', '{"view":null,"asOf":null}', '{"asOf":{}}',
        '{"handles":[18446744073709551615,"18446744073709551615",9223372036854775808]}',
        '{"handles":[1e3,1.0]}', '{"handles":[9007199254740993]}', '{"view":3}', '{"view":"VIEW_FULL"}',
        '{"view":99}', '{"view":-1}', '{"actual_only":true}', '{"actualOnly":false}',
        '{"asOf":{"date":""}}', '{"asOf":{"timeMs":0}}', '{"asOf":{"timeMs":-9223372036854775808}}',
        '{"asOf":{"timeMs":"-9223372036854775808"}}', '{"asOf":{"timeMs":null,"date":"x"}}',
        '{"keys":["\\u00e9\\ud83d\\ude00\\/"]}')
] + [
    ("PutPartRequest", text) for text in (
        '{"part":""}', '{"part":"AAEC"}', '{"part":"AAE="}', '{"part":"AAE"}', '{"part":"AA=="}',
        '{"part":"__--"}', '{"part":"//++"}')
] + [
    ("ObservationColumns", text) for text in (
        '{"values":[1,1.5,-1e-3,1E5,"1.5","NaN","Infinity","-Infinity",1e300,-0.0]}',
        '{"values":[12345678901234567890, 123456789012345678901234567890]}',
        '{"values":[1e-400,4.9e-324,1.7976931348623157e308]}')
]


@story.scene
def what_the_reference_reads_is_read_the_same():
    types = contract()
    with Pipe() as pipe:
        for name, text in GOOD:
            expected = json_format.Parse(text, types[name]()).SerializeToString(deterministic=True)
            story.equal(pipe.read(name, text), expected, text)


if __name__ == "__main__":
    story.play_on(Loaded, lambda server, folder: None)
