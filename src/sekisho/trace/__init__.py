"""The investigation of access logs (閲覧記録の調査): what a line means, and what was true then.

Nothing is opened here: `sources` says how a system writes its log, `dates`, `numbers` and
`refusals` what a good line is, `timelines` and `linking` what was true at the time of an access,
`incidents` and `questions` what is asked of it. Ibis expressions are returned unexecuted.
"""
