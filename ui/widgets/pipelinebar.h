// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>
#include <QWidget>

namespace orrery::ui {

/// A step of a pipeline: what it did in a few characters.
struct PipelineChip {
    QString text;
    QString tip;
    bool failed = false;
    bool canBeChosen = false;
};

/// The steps of something that runs one after another, with arrows between, in as many lines as it takes. Those that can
/// be chosen are buttons that stay down; at most one is.
class PipelineBar : public QWidget
{
    Q_OBJECT
public:
    explicit PipelineBar(QWidget *parent = nullptr);
    void setChips(const QVector<PipelineChip> &chips);
    void clearChoice(); ///< without a signal
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return arrange(width, false); }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    /// -1: none is chosen any more.
    void chosen(int chip);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    QWidget *makeChip(int place, const PipelineChip &chip);
    /// Height of the chips in lines of this width; moves them if asked to.
    int arrange(int width, bool moves) const;
    QVector<QWidget *> m_chips;
    QVector<PipelineChip> m_shown;
};

} // namespace orrery::ui
