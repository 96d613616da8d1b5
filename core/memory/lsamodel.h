// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/memory/terms.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace orrery::memory {

struct LsaOptions {
    int dimensions = 128;           ///< at most; never more than a quarter of the texts
    std::size_t fewestTexts = 64;   ///< fewer teach nothing that words alone do not
    std::size_t fewestTerms = 64;   ///< that stand in two texts or more
    std::size_t mostTexts = 20'000; ///< of more, as many are taken evenly from all
    std::size_t mostTerms = 20'000; ///< those of most texts
};

/// Latent semantic analysis (Deerwester et al. 1990): what a collection of texts says about its own words. Terms that
/// keep the same company lie close together, so a text is found by words that it does not contain. Each text is a vector
/// of its terms, (1 + ln tf) · ln(n / df) and of length 1; a model is the leading left singular vectors of the matrix
/// of these, and the vector of a new text is what they make of its terms.
///
/// Never changes once it is made. Any thread.
class LsaModel
{
public:
    /// Errors: InvalidArgument when there is too little to learn from; the message says how much there is and how much it
    /// takes. Cancelled when it was asked to stop.
    static Result<std::shared_ptr<const LsaModel>> fit(const std::vector<std::string> &texts,
                                                       const LsaOptions &options = {},
                                                       const std::stop_token &stop = {});

    /// The same texts and options give the same name, others another.
    const std::string &name() const { return m_name; }
    int dimensions() const { return static_cast<int>(m_dimensions); }
    std::size_t texts() const { return m_texts; } ///< that it has learnt from
    std::size_t terms() const { return m_terms.size(); }

    /// Of length 1, or all zero when the model knows no word of the text.
    std::vector<float> embed(std::string_view text) const;

private:
    struct Term {
        std::uint32_t row = 0;
        float idf = 0;
    };

    LsaModel() = default;

    std::string m_name;
    std::size_t m_dimensions = 0;
    std::size_t m_texts = 0;
    std::unordered_map<std::string, Term> m_terms;
    std::vector<float> m_basis; ///< a row of m_dimensions for each term
    mutable std::mutex m_mutex; ///< guards m_reader
    std::unique_ptr<TermReader> m_reader;
};

} // namespace orrery::memory
