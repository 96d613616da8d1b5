// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace orrery::memory {

/// Cuts a text into terms: words in lower case, without diacritics, reduced to their stem (Porter 1980), without the
/// words that stand in every English text. SQLite's full-text index does the cutting (tokenizer `porter unicode61`), so
/// a term here is what it is there. One thread at a time.
class TermReader
{
public:
    static Result<std::unique_ptr<TermReader>> open();
    ~TermReader();
    TermReader(const TermReader &) = delete;
    TermReader &operator=(const TermReader &) = delete;

    /// In the order of the text, repeated as often as they stand there.
    std::vector<std::string> read(std::string_view text);

private:
    struct Tokenizer;

    explicit TermReader(std::unique_ptr<Tokenizer> tokenizer);

    std::unique_ptr<Tokenizer> m_tokenizer;
    std::unordered_set<std::string> m_stopTerms;
};

} // namespace orrery::memory
