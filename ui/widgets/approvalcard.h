// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QList>
#include <QString>

#include <functional>
#include <utility>

class QBoxLayout;
class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace orrery::ui {

class ElidedLabel;

/// A tool call that waits for a person.
struct ApprovalRequest {
    QString id; ///< of which the run has no other
    QString agent, tool;
    QString folder; ///< where the tools work
    QString reason;
    QString arguments;      ///< JSON, indented
    QString command;        ///< of a command its text; null for other calls
    QString otherArguments; ///< JSON in one line: what a command has besides its text

    bool operator==(const ApprovalRequest &) const = default;
};

/// The calls that wait, one after the other. Keys while it has the focus: A approves, D denies, E edits.
///
/// Only what has stood on the screen for sightMs, unchanged and in its place, can be answered; and what is shown stays
/// until it is answered or gone, whatever comes meanwhile. So no click and no key meets a request that was not read.
/// Words of models stand in boxes of their own, with everything in them that cannot be seen written out.
class ApprovalCard : public QFrame
{
    Q_OBJECT
public:
    static constexpr int sightMs = 300;
    /// Calls `then` after so many milliseconds.
    using Later = std::function<void(int ms, std::function<void()> then)>;

    /// Without `later`, time is the event loop's.
    explicit ApprovalCard(QWidget *parent = nullptr, Later later = {});

    /// Those that wait, oldest first; empty hides the card. The one that is shown stays if it is among them.
    void showRequests(const QList<ApprovalRequest> &waiting);
    QString shownId() const { return m_shown.id; } ///< empty when nothing waits
    bool canBeAnswered() const { return m_canBeAnswered; }

signals:
    void approved(const QString &id, bool wholeRun);
    void denied(const QString &id, const QString &note);
    void edited(const QString &id, const QString &argumentsJson);
    /// It had the focus and nothing waits any more.
    void left();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void moveEvent(QMoveEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void makeHead(QBoxLayout *column);
    void makeBody(QBoxLayout *column);
    void makeButtons(QBoxLayout *column);
    void placeNote();
    void fill();
    void markUnseen();
    void fitBody();
    void look(); ///< from now on the person has to see it for a while
    void setCanBeAnswered(bool can);
    void approve();
    void deny();
    void edit();
    void sendEdited();

    Later m_later;
    ApprovalRequest m_shown;
    QList<std::pair<qsizetype, qsizetype>> m_marks; ///< in the text of the body
    int m_sight = 0;                                ///< counts up with each look()
    bool m_canBeAnswered = false;
    bool m_editsCommand = false;
    ElidedLabel *m_agent = nullptr, *m_tool = nullptr, *m_folder = nullptr;
    ElidedLabel *m_reason = nullptr, *m_unseen = nullptr;
    QLabel *m_in = nullptr, *m_others = nullptr, *m_size = nullptr;
    QBoxLayout *m_buttons = nullptr, *m_below = nullptr;
    QPlainTextEdit *m_body = nullptr, *m_also = nullptr;
    QLineEdit *m_note = nullptr;
    QCheckBox *m_wholeRun = nullptr;
    QPushButton *m_approve = nullptr, *m_deny = nullptr, *m_edit = nullptr;
};

} // namespace orrery::ui
