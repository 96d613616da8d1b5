// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QAction;
class QStackedLayout;

namespace orrery::ui {

/// What a panel shows before there is anything to show: one sentence, one main button, one link.
class EmptyState : public QWidget
{
    Q_OBJECT
public:
    /// Both actions are optional; without `main` only the link is shown.
    EmptyState(const QString &icon, const QString &sentence, QAction *main, QAction *link,
               QWidget *parent = nullptr);
};

/// A panel's content, or its EmptyState.
class EmptyStack : public QWidget
{
    Q_OBJECT
public:
    EmptyStack(EmptyState *empty, QWidget *content, QWidget *parent = nullptr);
    void setEmpty(bool empty);
    bool isEmpty() const;

private:
    QStackedLayout *m_stack;
};

} // namespace orrery::ui
