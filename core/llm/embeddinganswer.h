// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::llm {

/// How a server is asked for embeddings: `POST …/v1/embeddings` as OpenAI and most others have it, or Ollama's
/// `POST …/api/embed`.
enum class EmbeddingApi { OpenAi, Ollama };

using Embeddings = std::vector<std::vector<float>>;

/// The address for requests. `baseUrl` is what requests for answers are sent to as well, so it ends in /v1; Ollama's may.
std::string embeddingUrl(EmbeddingApi api, std::string_view baseUrl);

/// The body of a request. `dimensions` is sent when it is not 0.
std::string embeddingBody(EmbeddingApi api, const std::string &model,
                          std::span<const std::string> texts, int dimensions);

/// The vectors in an answer, in the order of the texts, whatever order the server gives them in. All have `dimensions`
/// values or, where that is 0, as many as the first, and each value is finite. `who` names the server in errors, which
/// are BadResponse, or what the server says when it answers with an error.
Result<Embeddings> readEmbeddings(EmbeddingApi api, std::string_view body, std::size_t texts,
                                  std::size_t dimensions, const std::string &who);

} // namespace orrery::llm
