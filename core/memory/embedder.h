// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::memory {

/// Turns text into a vector, so that texts of like meaning lie close together. The vectors of one embedder all have the
/// same number of dimensions, and each value is finite; their lengths may be anything. Thread-safe: several searches
/// may embed at once. A call may block (a request over the network), so it is never made on the GUI thread.
class Embedder
{
public:
    virtual ~Embedder() = default;
    /// What the stored vectors are marked with, for example `ollama:nomic-embed-text`: vectors of embedders with
    /// different names are never compared. It may change while the embedder works; embedNamed() says whose a vector is.
    virtual std::string name() const = 0;
    /// Number of values in each vector; 0 when it is known only after the first answer.
    virtual int dimension() const = 0;
    /// Errors are those of the request; their message is shown beside the search that goes without this leg.
    virtual Result<std::vector<float>> embed(std::string_view text) = 0;
    /// One vector for each text, in their order; all or nothing.
    virtual Result<std::vector<std::vector<float>>>
    embedBatch(const std::vector<std::string> &texts) = 0;
    /// Whoever waits for an answer gets ErrorCode::Cancelled, if this embedder can be interrupted. Later calls go on as
    /// usual.
    virtual void cancel() {}
};

/// Vectors and the name of the embedder that made them.
struct NamedVectors {
    std::vector<std::vector<float>> vectors;
    std::string embedder;
};

/// The vectors of these texts with the name that the embedder had all the while; it is asked again if it changed, as it
/// does when the built-in one has learnt anew.
Result<NamedVectors> embedNamed(Embedder &embedder, const std::vector<std::string> &texts);
/// The same for one text, by Embedder::embed().
Result<NamedVectors> embedNamed(Embedder &embedder, std::string_view text);

} // namespace orrery::memory
