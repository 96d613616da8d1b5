// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace orrery::llm {

/// Content in OpenAI's form that is a list of blocks, as Mistral's reasoning models send it: calls `say` with each text
/// of what is said, `think` with each text of what is thought. Blocks that are neither (references, pictures) are
/// passed over.
template <typename Value, typename Say, typename Think>
void readContentBlocks(Value list, Say say, Think think)
{
    list.each([&](Value block) {
        if (block.at("type").is("text"))
            say(block.at("text"));
        else if (block.at("type").is("thinking") && block.at("thinking").isArray())
            block.at("thinking").each([&](Value thought) { think(thought.at("text")); });
    });
}

} // namespace orrery::llm
