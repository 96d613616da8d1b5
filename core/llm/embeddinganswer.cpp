// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/embeddinganswer.h"

#include "core/llm/httperror.h"
#include "core/model/json.h"

#include <algorithm>
#include <cmath>

namespace orrery::llm {
namespace {

std::string kindOf(const Json &value)
{
    return value.is_number() ? value.dump() : std::string(value.type_name());
}

Result<std::vector<float>> readVector(const Json &value, const std::string &which)
{
    if (!value.is_array())
        return fail(ErrorCode::BadResponse, which + " is " + kindOf(value) + ", expected a list");
    if (value.empty())
        return fail(ErrorCode::BadResponse, which + " has no values");
    std::vector<float> vector;
    vector.reserve(value.size());
    for (const Json &number : value) {
        // A server whose arithmetic has gone wrong writes null, since JSON has no NaN.
        const float read = number.is_number() ? number.get<float>() : std::nanf("");
        if (!std::isfinite(read))
            return fail(ErrorCode::BadResponse, "value " + std::to_string(vector.size()) + " of "
                                                    + which + " is " + kindOf(number)
                                                    + ", expected a finite number");
        vector.push_back(read);
    }
    return vector;
}

/// The list of vectors in an answer, each with its place; null when it has none.
const Json *listIn(const Json &json, EmbeddingApi api)
{
    const auto list = json.find(api == EmbeddingApi::Ollama ? "embeddings" : "data");
    return list != json.end() && list->is_array() ? &*list : nullptr;
}

/// Where the `at`-th element of OpenAI's list belongs. Its index counts, where it has one.
std::size_t placeOf(const Json &element, std::size_t at)
{
    const auto index = element.find("index");
    return index != element.end() && index->is_number_unsigned() ? index->get<std::size_t>() : at;
}

} // namespace

std::string embeddingUrl(EmbeddingApi api, std::string_view baseUrl)
{
    while (baseUrl.ends_with('/'))
        baseUrl.remove_suffix(1);
    if (api == EmbeddingApi::OpenAi)
        return std::string(baseUrl) + "/embeddings";
    if (baseUrl.ends_with("/v1"))
        baseUrl.remove_suffix(3);
    return std::string(baseUrl) + "/api/embed";
}

std::string embeddingBody(EmbeddingApi api, const std::string &model,
                          std::span<const std::string> texts, int dimensions)
{
    Json body = {{"model", model}, {"input", Json::array()}};
    for (const std::string &text : texts)
        body["input"].push_back(text);
    if (api == EmbeddingApi::OpenAi)
        body["encoding_format"] = "float";
    if (dimensions > 0)
        body["dimensions"] = dimensions;
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Embeddings> readEmbeddings(EmbeddingApi api, std::string_view body, std::size_t texts,
                                  std::size_t dimensions, const std::string &who)
{
    const auto bad = [&](const std::string &what) {
        return fail(ErrorCode::BadResponse, who + ": " + what, excerpt(body));
    };
    const Json json = Json::parse(body.begin(), body.end(), nullptr, false);
    if (!json.is_object())
        return bad("the answer is no JSON object");
    if (const auto error = json.find("error"); error != json.end() && !error->is_null())
        return fail(errorFromErrorObject(*error, who));
    const Json *list = listIn(json, api);
    if (!list)
        return bad("the answer holds no embeddings");
    if (list->size() != texts)
        return bad("the answer holds " + std::to_string(list->size()) + " embeddings for "
                   + std::to_string(texts) + " texts");
    Embeddings vectors(texts);
    for (std::size_t at = 0; at < texts; ++at) {
        const Json &element = (*list)[at];
        const std::size_t place = api == EmbeddingApi::OpenAi ? placeOf(element, at) : at;
        if (place >= texts || !vectors[place].empty())
            return bad("index " + std::to_string(place) + " of an embedding is "
                       + (place >= texts ? "too high" : "there twice"));
        const Json none;
        const Json &value = api == EmbeddingApi::Ollama ? element
                            : element.is_object() && element.contains("embedding")
                                ? element["embedding"]
                                : none;
        auto vector = readVector(value, "embedding " + std::to_string(place));
        if (!vector)
            return bad(vector.error().message);
        vectors[place] = std::move(*vector);
    }
    for (std::size_t at = 0; at < texts; ++at) {
        const std::size_t expected = dimensions > 0 ? dimensions : vectors[0].size();
        if (vectors[at].size() != expected)
            return bad("embedding " + std::to_string(at) + " has "
                       + std::to_string(vectors[at].size()) + " values, expected "
                       + std::to_string(expected));
    }
    return vectors;
}

} // namespace orrery::llm
