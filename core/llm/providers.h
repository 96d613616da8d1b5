// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"

#include <span>
#include <string>
#include <string_view>

namespace orrery::llm {

/// A service that models are asked at, with what a newcomer would have to look up.
struct Provider {
    std::string_view name;    ///< as in `provider:model`
    std::string_view title;   ///< for people
    std::string_view baseUrl; ///< empty = the agent has to name one
    std::string_view keyEnv;  ///< environment variable of the key; empty = it needs none
    WireForm form = WireForm::OpenAi;
    bool local = false; ///< runs on this machine
};

/// All known providers, `custom` last. `scripted` is not one of them: it sends nothing.
std::span<const Provider> providers();
/// Null when there is none of that name.
const Provider *findProvider(std::string_view name);
/// The form in which a provider speaks; OpenAi for what is not known, `scripted` included.
WireForm wireFormOf(std::string_view provider);

/// `baseUrl`, or the provider's default when it is empty or `local`; without a slash at the end, and without the `/v1`
/// that people add to Anthropic's address as they do for the others. Empty when there is none.
std::string resolveBaseUrl(std::string_view provider, const std::string &baseUrl);

/// The value of the environment variable `envName`, or of the provider's own one when `envName` is empty. Empty when
/// it is not set. White space around it is dropped: keys are often pasted with a line end.
std::string resolveApiKey(std::string_view provider, const std::string &envName);

} // namespace orrery::llm
