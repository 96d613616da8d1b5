// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"
#include "core/model/json.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::testing {

/// A request as a provider sees it.
struct StrictRequest {
    std::string provider; ///< as in `provider:model`
    std::string model;
    llm::WireForm form = llm::WireForm::OpenAi;
    Json body;
};

/// What a provider has against a request, in its own words.
struct Refusal {
    Json message; ///< nearly always a text
    Json param;
    Json code;
    std::string type = "invalid_request_error";
};

/// Something that a provider answers with an error where a laxer server would not. Where several real servers are known to
/// check the same, `providers` names them; `*` are all of the form: of order and pairing nobody is known to take more than
/// OpenAI does, so that what it refuses is not sent to anybody.
///
/// Rules for what is only said to be refused, without a recorded answer, are not in the table. Nor are those that have been
/// lifted: that the first message to Anthropic has to be the user's and roles have to alternate (anthropics/courses#79).
struct StrictRule {
    const char *id; ///< `anthropic.empty-text`
    llm::WireForm form;
    const char *providers; ///< separated by a space, or `*`
    const char *models;    ///< a regular expression that finds in the model's name; empty = all
    const char *model;     ///< one of them, to try the rule with; empty = the provider's own
    int status;
    std::optional<Refusal> (*broken)(const StrictRequest &);
    const char *edit;   ///< JSON Patch by which goodRequest() breaks it, and none before it
    const char *source; ///< where the answer was seen
    const char *date;   ///< when, or when the page was read
};

std::vector<std::string> strictProviders(); ///< all that are emulated
/// The model that stands for a provider, one that wants much.
const char *strictModel(std::string_view provider);
llm::WireForm strictForm(std::string_view provider); ///< the one it speaks when nobody says another

std::span<const StrictRule> strictRules(llm::WireForm form);

bool applies(const StrictRule &rule, const StrictRequest &request);
struct BrokenRule {
    const StrictRule *rule;
    Refusal refusal;
};
/// The first rule that a request breaks.
std::optional<BrokenRule> brokenRule(const StrictRequest &request);
/// The body of the answer, in the shape that the provider gives it.
Json errorBody(const StrictRequest &request, const Refusal &refusal, int status);

/// A question, an answer with two calls and their results, as the provider takes it.
StrictRequest goodRequest(const std::string &provider, llm::WireForm form,
                          const std::string &model);

// Proofs. What providers sign or encrypt is here made of what it stands for, so that it can be checked without a memory. -----

/// For the thinking at `index` of the content of answer `turn`, which has `count` blocks of thinking.
std::string thinkingSignature(const std::string &provider, int turn, int index, int nth, int count,
                              const std::string &thinking);
std::string thoughtSignature(const std::string &provider, const std::string &name,
                             const Json &arguments);
std::string encryptedReasoning(const std::string &provider, const std::string &id);
/// What a proof was made of; null when it was not made here.
Json proofOf(const std::string &proof);
std::string digest(const std::string &text);

// Small questions that rules ask. ------------------------------------------------------------------------------------

/// Null when it is not there.
const Json &member(const Json &object, const char *key);
std::string textOf(const Json &object, const char *key); ///< empty when it is not there, or no text
bool isBlank(std::string_view text);
/// Whether all letters are of a-z A-Z 0-9 and `others`.
bool isMadeOf(std::string_view text, std::string_view others);
std::string at(const char *list, std::size_t index, const char *rest = ""); ///< `list[3]rest`
/// A property of an object schema, at any depth, that `bad` finds; where it is. Empty = none.
std::string schemaPlace(const Json &schema, bool (*bad)(const Json &), const std::string &place);
/// An object that OpenAI's strict mode refuses: other keys may be there, or one of its own may be missing. Empty = none.
std::string looseObject(const Json &schema);

} // namespace orrery::testing
