// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::llm {

/// What a text such as `openai:gpt-4o-mini` stands for.
struct ModelName {
    std::string provider; ///< `openai_compatible` is `custom`
    std::string model;    ///< all after the first colon; may be empty
    std::optional<std::string>
        baseUrl; ///< given, or the provider's; `local` = its usual port on this machine
    std::optional<std::string>
        apiKey; ///< given, or what a local server wants to see instead of one
    std::optional<std::string> organization;
    int receiveTimeoutMs = 180000; ///< of silence
};

/// Reads `provider:model`; the provider's name is case-sensitive. `options` may hold `base_url`, `api_key`,
/// `organization` and `receive_timeout`. Errors: InvalidArgument for a provider that is not known, and for `vllm`,
/// `custom` and `openai_compatible` without a `base_url`.
Result<ModelName> parseModelName(std::string_view text, const Json &options = Json::object());

} // namespace orrery::llm
