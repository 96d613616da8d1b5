// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace orrery::fuzz {

/// Stops the fuzzer with the input that breaks a rule.
inline void require(bool holds, const char *rule, const std::string &detail = {})
{
    if (holds)
        return;
    std::fprintf(stderr, "broken: %s\n%s\n", rule, detail.c_str());
    std::abort();
}

/// The input's first bytes choose, the others are the data.
class Input
{
public:
    Input(const std::uint8_t *data, std::size_t size)
        : m_left(reinterpret_cast<const char *>(data), size)
    {}

    std::uint8_t byte()
    {
        if (m_left.empty())
            return 0;
        const auto first = static_cast<std::uint8_t>(m_left.front());
        m_left.remove_prefix(1);
        return first;
    }
    llm::WireForm form() { return llm::WireForm(byte() % 4); }
    std::string_view rest() const { return m_left; }

private:
    std::string_view m_left;
};

} // namespace orrery::fuzz
