/* SPDX-License-Identifier: MIT */
#include "server/formula.h"

#include <assert.h>

#include "proto/number.h"

enum { DEPTH_MAX = 64 };

/* expression = term { (+|-) term };  term = factor { (*|/) factor };
 * factor = (+|-) factor | number | x | y | "(" expression ")" */
struct parser {
  struct bytes text;
  size_t at;
  size_t depth;
  struct formula *formula;
};

static uint8_t peek(struct parser *parser) {
  while (parser->at < parser->text.size && parser->text.data[parser->at] == ' ')
    parser->at++;
  return parser->at < parser->text.size ? parser->text.data[parser->at] : '\0';
}

static void emit(struct parser *parser, enum formula_operation operation, double number) {
  /* Every step stands for at least one byte of the text. */
  parser->formula->steps[parser->formula->n++] = (struct formula_step){operation, number};
}

static bool is_digit(uint8_t letter) {
  return letter >= '0' && letter <= '9';
}

static enum formula_status parse_number(struct parser *parser) {
  size_t from = parser->at;
  double number = 0;
  while (parser->at < parser->text.size &&
         (is_digit(parser->text.data[parser->at]) || parser->text.data[parser->at] == '.'))
    parser->at++;
  struct bytes text = bytes_of(parser->text.data + from, parser->at - from);
  if (number_parse(text, &number) != NUMBER_OK) {
    parser->at = from;
    return FORMULA_BAD_NUMBER;
  }
  emit(parser, FORMULA_NUMBER, number);
  return FORMULA_OK;
}

static enum formula_status parse_expression(struct parser *parser);

static enum formula_status parse_brackets(struct parser *parser) {
  size_t opened = parser->at++;
  enum formula_status status = parse_expression(parser);
  if (status != FORMULA_OK)
    return status;
  if (peek(parser) == ')') {
    parser->at++;
    return FORMULA_OK;
  }
  parser->at = opened;
  return FORMULA_BRACKETS;
}

static enum formula_status parse_factor(struct parser *parser);

static enum formula_status parse_sign(struct parser *parser, bool negative) {
  parser->at++;
  enum formula_status status = parse_factor(parser);
  if (status == FORMULA_OK && negative)
    emit(parser, FORMULA_NEGATE, 0);
  return status;
}

static enum formula_status parse_value(struct parser *parser) {
  uint8_t letter = peek(parser);
  if (is_digit(letter) || letter == '.')
    return parse_number(parser);
  switch (letter) {
  case 'x':
  case 'y':
    parser->at++;
    parser->formula->uses_y = parser->formula->uses_y || letter == 'y';
    emit(parser, letter == 'x' ? FORMULA_X : FORMULA_Y, 0);
    return FORMULA_OK;
  case '(':
    return parse_brackets(parser);
  case '+':
  case '-':
    return parse_sign(parser, letter == '-');
  case '\0':
  case '*':
  case '/':
  case ')':
    return FORMULA_VALUE_EXPECTED;
  default:
    return FORMULA_BAD_CHARACTER;
  }
}

static enum formula_status parse_factor(struct parser *parser) {
  if (parser->depth == DEPTH_MAX)
    return FORMULA_BRACKETS;
  parser->depth++;
  enum formula_status status = parse_value(parser);
  parser->depth--;
  return status;
}

static enum formula_status parse_term(struct parser *parser) {
  enum formula_status status = parse_factor(parser);
  for (uint8_t letter; status == FORMULA_OK && ((letter = peek(parser)) == '*' || letter == '/');) {
    parser->at++;
    status = parse_factor(parser);
    if (status == FORMULA_OK)
      emit(parser, letter == '*' ? FORMULA_MULTIPLY : FORMULA_DIVIDE, 0);
  }
  return status;
}

static enum formula_status parse_expression(struct parser *parser) {
  enum formula_status status = parse_term(parser);
  for (uint8_t letter; status == FORMULA_OK && ((letter = peek(parser)) == '+' || letter == '-');) {
    parser->at++;
    status = parse_term(parser);
    if (status == FORMULA_OK)
      emit(parser, letter == '+' ? FORMULA_ADD : FORMULA_SUBTRACT, 0);
  }
  return status;
}

static enum formula_status parse_all(struct parser *parser) {
  if (parser->text.size > LIMIT_FORMULA_BYTES)
    return FORMULA_TOO_LONG;
  if (peek(parser) == '\0' && parser->at == parser->text.size)
    return FORMULA_EMPTY;
  enum formula_status status = parse_expression(parser);
  if (status != FORMULA_OK || (peek(parser) == '\0' && parser->at == parser->text.size))
    return status;
  return peek(parser) == ')' ? FORMULA_BRACKETS : FORMULA_BAD_CHARACTER;
}

enum formula_status formula_parse(struct bytes text, struct formula *ret_formula,
                                  size_t *ret_offset) {
  struct formula formula = {.n = 0};
  struct parser parser = {.text = text, .formula = &formula};
  enum formula_status status = parse_all(&parser);
  if (status == FORMULA_OK)
    *ret_formula = formula;
  else if (ret_offset != NULL)
    *ret_offset = parser.at;
  return status;
}

static double apply(enum formula_operation operation, double left, double right) {
  switch (operation) {
  case FORMULA_ADD:
    return left + right;
  case FORMULA_SUBTRACT:
    return left - right;
  case FORMULA_MULTIPLY:
    return left * right;
  case FORMULA_DIVIDE:
    return left / right;
  case FORMULA_NUMBER:
  case FORMULA_X:
  case FORMULA_Y:
  case FORMULA_NEGATE:
    break;
  }
  assert(false && "an operation of two values");
  return 0;
}

double formula_value(const struct formula *formula, double x, double y) {
  double stack[LIMIT_FORMULA_BYTES];
  size_t n = 0;
  for (size_t i = 0; i < formula->n; i++) {
    const struct formula_step *step = &formula->steps[i];
    if (step->operation == FORMULA_NUMBER)
      stack[n++] = step->number;
    else if (step->operation == FORMULA_X || step->operation == FORMULA_Y)
      stack[n++] = step->operation == FORMULA_X ? x : y;
    else if (step->operation == FORMULA_NEGATE)
      stack[n - 1] = -stack[n - 1];
    else {
      n--;
      stack[n - 1] = apply(step->operation, stack[n - 1], stack[n]);
    }
  }
  return stack[0];
}

const char *formula_status_text(enum formula_status status) {
  switch (status) {
  case FORMULA_OK:
    return "is a formula";
  case FORMULA_EMPTY:
    return "is empty";
  case FORMULA_TOO_LONG:
    return "is longer than 256 bytes";
  case FORMULA_BAD_CHARACTER:
    return "has something other than x, y, numbers, + - * / and brackets";
  case FORMULA_BAD_NUMBER:
    return "has a number that is none";
  case FORMULA_VALUE_EXPECTED:
    return "lacks a value";
  case FORMULA_BRACKETS:
    return "has brackets that do not match, or more than 64 within each other";
  }
  return "is no formula";
}
