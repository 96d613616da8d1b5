// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/modelname.h"

#include "core/llm/providers.h"

namespace orrery::llm {
namespace {

constexpr int kRemoteMs = 180000;
constexpr int kLocalMs = 120000;
constexpr int kLoadingMs = 300000;

/// How a name is completed. The addresses of services stand in the list of providers.
struct Known {
    std::string_view name;
    std::string_view apiKey = {};
    int receiveTimeoutMs = kRemoteMs;
    bool needsAddress = false;     ///< `null` is one for a provider that has a usual port
    std::string_view address = {}; ///< instead of the provider's
};

constexpr Known kKnown[] = {
    {"openai"},
    {"anthropic"},
    {"gemini"},
    {"vertex_ai"},
    {"groq"},
    {"mistral"},
    {"ollama", "ollama", kLocalMs},
    {"lmstudio", "not-needed", kLocalMs},
    {"llamacpp", {}, kLoadingMs, false, "local"},
    {"openrouter"},
    {"together"},
    {"vllm", {}, kLocalMs, true},
    {"sglang", {}, kLocalMs},
    {"custom", {}, kRemoteMs, true},
};

const Known *findKnown(std::string_view name)
{
    for (const Known &known : kKnown)
        if (known.name == name)
            return &known;
    return nullptr;
}

std::string names()
{
    std::string list;
    for (const Known &known : kKnown)
        list += (list.empty() ? "" : ", ") + std::string(known.name);
    return list;
}

std::optional<std::string> textOption(const Json &options, const char *key)
{
    const auto it = options.find(key);
    if (it == options.end() || !it->is_string())
        return std::nullopt;
    return it->get<std::string>();
}

std::optional<std::string> textOrNone(std::string_view view)
{
    return view.empty() ? std::nullopt : std::optional<std::string>(view);
}

} // namespace

Result<ModelName> parseModelName(std::string_view given, const Json &options)
{
    const auto colon = given.find(':');
    const std::string_view prefix = given.substr(0, colon);
    const std::string_view name = prefix == "openai_compatible" ? "custom" : prefix;
    const Known *known = colon == std::string_view::npos ? nullptr : findKnown(name);
    if (!known) {
        return fail(ErrorCode::InvalidArgument,
                    "Invalid model string format: "
                        + Json(given).dump(-1, ' ', false, Json::error_handler_t::replace)
                        + ". Expected format: \"provider:model-name\". Supported providers: "
                        + names());
    }
    ModelName result;
    result.provider = name;
    result.model = given.substr(colon + 1);
    const Provider *service = findProvider(name);
    if (options.contains("base_url")) {
        result.baseUrl = textOption(options, "base_url");
    } else if (!known->needsAddress) {
        result.baseUrl = textOrNone(!known->address.empty() ? known->address
                                    : service               ? service->baseUrl
                                                            : std::string_view());
    }
    const bool isNullAllowed = options.contains("base_url") && service && service->local;
    if (known->needsAddress && !result.baseUrl && !isNullAllowed) {
        return fail(ErrorCode::InvalidArgument,
                    std::string(prefix)
                        + " needs a base_url, for example http://localhost:8000/v1");
    }
    result.apiKey =
        options.contains("api_key") ? textOption(options, "api_key") : textOrNone(known->apiKey);
    result.organization = textOption(options, "organization");
    const auto timeout = options.find("receive_timeout");
    result.receiveTimeoutMs = timeout != options.end() && timeout->is_number_integer()
                                  ? timeout->get<int>()
                                  : known->receiveTimeoutMs;
    return result;
}

} // namespace orrery::llm
