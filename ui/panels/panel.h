// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/emptystate.h"

#include <QWidget>

class QAction;
class QLineEdit;

namespace orrery::ui {

/// The actions that an empty panel offers.
struct EmptyActions {
    QAction *main = nullptr;
    QAction *sample = nullptr;
};

/// What the docks have in common. Panels show models and values that the shell gives them, and send what the person
/// wants as signals; they know neither the run nor the journal.
class Panel : public QWidget
{
    Q_OBJECT
public:
    using QWidget::QWidget;
    /// Ctrl+F. The default goes to the panel itself.
    virtual void focusFilter() { setFocus(); }
    void setEmpty(bool empty)
    {
        if (m_stack)
            m_stack->setEmpty(empty);
    }
    bool isEmpty() const { return m_stack && m_stack->isEmpty(); }

signals:
    /// It has come into sight: what was not filled meanwhile is wanted now.
    void shown();

protected:
    void showEvent(QShowEvent *event) override;
    /// Fills the panel with `content`, behind the sentence that is shown before there is any.
    void setContent(QWidget *content, const QString &icon, const QString &sentence,
                    const EmptyActions &actions);

private:
    EmptyStack *m_stack = nullptr;
};

} // namespace orrery::ui
