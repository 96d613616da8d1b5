// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <utility>

namespace orrery::state {

/// A value that copies share until one of them is changed, which then gets its own. A copy costs a reference count. Copies
/// may be used on different threads, one of them on one at a time.
template <typename T>
class Shared
{
public:
    Shared() = default;
    Shared(const Shared &other) : m_node(other.m_node)
    {
        if (m_node)
            m_node->owners.fetch_add(1, std::memory_order_relaxed);
    }
    Shared(Shared &&other) noexcept : m_node(std::exchange(other.m_node, nullptr)) {}
    Shared &operator=(Shared other) noexcept
    {
        std::swap(m_node, other.m_node);
        return *this;
    }
    ~Shared()
    {
        if (m_node && m_node->owners.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete m_node;
    }

    const T &operator*() const
    {
        static const T empty{};
        return m_node ? m_node->value : empty;
    }
    const T *operator->() const { return &**this; }
    /// To be changed, before this object is copied again. O(size of T) when it is shared.
    T &change()
    {
        if (!m_node)
            m_node = new Node{};
        else if (m_node->owners.load(std::memory_order_acquire) > 1)
            *this = Shared(new Node{{1}, m_node->value});
        return m_node->value;
    }
    void clear() { *this = Shared(); }
    bool operator==(const Shared &other) const
    {
        return m_node == other.m_node || **this == *other;
    }

private:
    struct Node {
        std::atomic<int> owners{1};
        T value{};
    };
    explicit Shared(Node *node) : m_node(node) {}

    Node *m_node = nullptr; ///< null is T{}
};

} // namespace orrery::state
