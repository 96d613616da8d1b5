// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"
#include "core/model/modeltable.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::llm {

/// A service that models are asked at: the columns of its row in a table that name and reach it. Lives as long as the process,
/// as the tables do that are asked here (ModelTable::own, ofTeam).
struct Provider {
    std::string_view name;    ///< as in `provider:model`
    std::string_view title;   ///< for people
    std::string_view baseUrl; ///< empty = the agent has to name one
    std::vector<std::string_view>
        keyEnvs; ///< environment variables of the key, in this order; empty = it needs none
    WireForm form = WireForm::OpenAi; ///< of its models that say nothing else
    bool local = false;               ///< runs on this machine
};

/// All known providers, `custom` last. `scripted` is not one of them: it sends nothing.
std::span<const Provider> providers(const ModelTable &models = ModelTable::own());
/// Null when there is none of that name.
const Provider *findProvider(std::string_view name, const ModelTable &models = ModelTable::own());
/// The form in which a provider speaks; OpenAi for what is not known, `scripted` included.
WireForm wireFormOf(std::string_view provider);

/// `baseUrl`, or the provider's default when it is empty or `local`; without a slash at the end, without the path of
/// chat completions or messages that people copy with it, and without the `/v1` that they add to Anthropic's address as they
/// do for the others. Empty when there is none.
std::string resolveBaseUrl(std::string_view provider, const std::string &baseUrl,
                           const ModelTable &models = ModelTable::own());

/// The value of the environment variable `envName`, or of the first of the provider's own ones that is set when `envName` is
/// empty. Empty when it is not set. White space around it is dropped: keys are often pasted with a line end.
std::string resolveApiKey(std::string_view provider, const std::string &envName,
                          const ModelTable &models = ModelTable::own());

} // namespace orrery::llm
