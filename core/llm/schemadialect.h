// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelprofile.h"
#include "core/model/json.h"

#include <optional>
#include <string>

/// What of JSON Schema a server takes. A schema is rewritten so that what the server refuses is gone and every document that was
/// right stays right; where the dialect can say it, no other becomes right. Answers and arguments are checked against the
/// original, so that a looser schema costs a retry at most. Sources (2026-11):
/// - OpenAI: https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas
/// - Gemini: https://ai.google.dev/api/caching#Schema (tools), …/api/generate-content#generationconfig (responseJsonSchema)
/// - Anthropic: https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
/// - Grammars: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
namespace orrery::llm {

/// Whether it can go as it is. False for some that could. Allocates nothing.
bool suitsDialect(const Json &schema, ModelProfile::Schema dialect);

/// The schema of a tool's arguments in the dialect: an object at the top, references inlined where they have to be (what
/// refers to itself ends in a schema for anything), unions, constants, lists of types and tuples in the dialect's words.
Json inDialect(const Json &schema, ModelProfile::Schema dialect);

/// A schema that the server is to hold an answer to by all means: OpenAiStrict or Anthropic. In OpenAI's there are no optional
/// keys: they become required and take null, which the reader of the answer takes out again (dropOptionalNulls). Nothing when it
/// cannot be said in that dialect without changing what is right (objects with any keys, references in a circle in Anthropic's,
/// more depth, keys or words than are taken); `why` then says so.
std::optional<Json> strictSchema(const Json &schema, ModelProfile::Schema dialect,
                                 std::string *why = nullptr);

} // namespace orrery::llm
