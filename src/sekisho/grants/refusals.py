"""Why a system may not be used, and what to do: in the order in which they are said."""

from sekisho.terms.refusals import Refusal

OTHER = Refusal(
    reason="別の人または別のシステムの事実です", remedy="もう一度サインインしてやり直してください"
)
NO_SYSTEM = Refusal(
    reason="対象システムの台帳にありません",
    remedy="システム管理責任者に、台帳への登録を求めてください",
)
NO_POST = Refusal(
    reason="この業務の発令が、いま有効ではありません",
    remedy="いまの業務を選び直してください。発令が違うときは人事に確かめてください",
)
ON_LEAVE = Refusal(reason="休職中の業務では利用できません", remedy="復職の発令を待ってください")
NO_ENGAGEMENT = Refusal(
    reason="委託が有効でないか、作業者名簿に載っていません",
    remedy="委託主管に、委託の点検と名簿を確かめてもらってください",
)
NO_ACCOUNT = Refusal(
    reason="このシステムのIDがありません", remedy="利用責任者にIDを申請してください"
)
OTHER_COMPANY = Refusal(
    reason="このIDは別の会社の業務のために発行されたものです",
    remedy="いまの業務のためのIDを、利用責任者に申請してください",
)
NO_GRANT = Refusal(
    reason="この業務と目的の利用許可がありません", remedy="利用申請をして、承認を受けてください"
)
OVER = Refusal(
    reason="利用許可の期間が終わったか、取り消されました",
    remedy="続ける必要があるときは、新しく利用申請をしてください",
)
OUTSIDE = Refusal(
    reason="利用許可の範囲にない地区です", remedy="地区を含めた利用申請をしてください"
)
NO_EMERGENCY = Refusal(
    reason="非常災害の発動中ではないか、応援者の期間が終わりました",
    remedy="平常の業務を選び直してください",
)
DRILL = Refusal(
    reason="訓練の許可では、実データを開けません",
    remedy="訓練は、合成データの環境で行ってください。この操作は記録され、第2線に知らされます",
)
NO_USE = Refusal(
    reason="利用が始まっていないか、終わりました",
    remedy="業務と目的を選び、利用を始めてください",
)
NOT_BEGUN = Refusal(
    reason="承認された利用が、この端末で始まっていません",
    remedy="起動ページで、この利用を始めてください。承認された回数を一つ使います",
)
USED_UP = Refusal(
    reason="承認された回数を使い切りました",
    remedy="続ける必要があるときは、新しく利用申請をしてください",
)
NO_DEVICE = Refusal(
    reason="端末が台帳にないか、使える期間ではありません", remedy="登録された端末で開いてください"
)
NOT_LENT = Refusal(
    reason="この端末は、あなたに貸し出されていません", remedy="貸出窓口で貸出しを受けてください"
)
NOT_SIGNED_IN = Refusal(
    reason="カードまたは鍵を使った本人認証ができていません",
    remedy="パスワードに加えて、カードまたは鍵で本人認証をしてください",
)
NOT_FRESH = Refusal(
    reason="このシステムは、利用のたびの本人認証が要ります",
    remedy="カードまたは鍵を、もう一度かざしてください",
)
