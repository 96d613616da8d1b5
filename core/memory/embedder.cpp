// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/embedder.h"

namespace orrery::memory {

namespace {

constexpr int kMostTries = 3;

template <typename Ask>
Result<NamedVectors> underOneName(Embedder &embedder, Ask ask)
{
    for (int i = 0; i < kMostTries; ++i) {
        std::string name = embedder.name();
        Result<std::vector<std::vector<float>>> vectors = ask();
        if (embedder.name() != name)
            continue;
        if (!vectors)
            return fail(std::move(vectors.error()));
        return NamedVectors{std::move(*vectors), std::move(name)};
    }
    return fail(ErrorCode::Internal, "The embedder became another one whenever it was asked.");
}

} // namespace

Result<NamedVectors> embedNamed(Embedder &embedder, const std::vector<std::string> &texts)
{
    return underOneName(embedder, [&] { return embedder.embedBatch(texts); });
}

Result<NamedVectors> embedNamed(Embedder &embedder, std::string_view text)
{
    return underOneName(embedder, [&]() -> Result<std::vector<std::vector<float>>> {
        auto vector = embedder.embed(text);
        if (!vector)
            return fail(std::move(vector.error()));
        std::vector<std::vector<float>> one;
        one.push_back(std::move(*vector));
        return one;
    });
}

} // namespace orrery::memory
