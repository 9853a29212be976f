/**
 * The texts of the screenshots that show prompts and responses: letters to a help desk, summaries and translations,
 * as in the mock-ups of the views that these pictures are compared with.
 */

export interface Row {
  dataset: 'Help desk' | 'Summaries' | 'Translation'
  prompt: string
  context?: string
  chosen?: string
  rejected: string
  /** What the annotator did; without it the item is to do. */
  state?: 'done' | 'draft' | 'flagged' | 'skipped'
  /** Replacements, in the order of the text, that make the edit. */
  changes?: [removed: string, inserted: string][]
  note?: string
}

/** In the order of the queue. */
export const rows: Row[] = [
  {
    dataset: 'Help desk',
    prompt: 'The app says my card was declined, but the money has left my account.',
    rejected:
      'This is probably a pending charge. It always disappears within a day, so there is nothing to worry about. If it is still there on Friday, send us the date and the amount and we will look for it.',
    state: 'done',
    changes: [
      ['always disappears within a day', 'usually disappears within five days'],
      [', so there is nothing to worry about', ''],
    ],
  },
  {
    dataset: 'Help desk',
    prompt: 'Can I take the fridge back if I’ve already switched it on?',
    rejected:
      'No, you cannot return a fridge that has been switched on. If it is faulty, we will collect it and give you your money back within 30 days of the delivery.',
    state: 'done',
    changes: [['you cannot return', 'not just because you changed your mind about']],
  },
  {
    dataset: 'Help desk',
    prompt: 'You’ve sent me a bill for a house I moved out of in June.',
    rejected: 'We are sorry to hear that. Please pay the bill first and then ask for a refund in writing.',
    state: 'flagged',
    note: 'Needs the policy',
  },
  {
    dataset: 'Help desk',
    prompt:
      'My parcel was due on Tuesday and the tracking page has said “out for delivery” for three days. Where is it? And can I have the delivery charge back? I only paid for it because I needed the thing this week.',
    context:
      'Order: 48-2207, sent 12 March\nLast scan: 14 March 07:52, Leeds depot\nCharge: £4.95\nPolicy: Refund within three working days when a parcel is more than two working days late',
    chosen:
      'I’m sorry about the wait. Your parcel was last scanned at our Leeds depot on 14 March and should have reached you the same day. I have asked the carrier to find it, and your £4.95 will be back on your card within three working days. If the parcel isn’t with you by Friday, reply here and we’ll send another at no cost.',
    rejected:
      'Thanks for getting in touch, and sorry about the wait. Parcels do go missing from time to time, I’m afraid. Your parcel was last scanned at the Leeds depot on 12 March. A neighbour has probably taken it in.\n\nI have asked the carrier to look for it today. As it is more than two working days late, you may be able to claim the delivery charge of £4.95 back at some point. We have your address. There is nothing you need to do.\n\nIf it hasn’t arrived by Friday, please reply to this message and we will send another one at a reduced price. Is there anything else I can help you with today?',
    state: 'draft',
    changes: [
      [' Parcels do go missing from time to time, I’m afraid.', ''],
      ['12', '14'],
      [' A neighbour has probably taken it in.', ''],
      ['may be able to claim', 'will get'],
      ['at some point', 'within three working days'],
      [' There is nothing you need to do.', ''],
      ['at a reduced price', 'free of charge'],
    ],
  },
  {
    dataset: 'Help desk',
    prompt: 'How do I change the name on the booking? We got married in between.',
    rejected:
      'Names cannot be changed on any booking. You would have to buy a new ticket. Bring your marriage certificate to the station and ask there.',
  },
  {
    dataset: 'Help desk',
    prompt: 'Is there a way to see last year’s payslips now that I’ve left?',
    rejected:
      'You can see your payslips in the portal with your old work address. If that no longer works, write to payroll and they will send them by post.',
  },
  {
    dataset: 'Help desk',
    prompt: 'The boiler engineer didn’t turn up and no one rang me.',
    rejected:
      'Unfortunately, these things happen. The engineer will come on Thursday between 8 and 1, and we have credited £25 to your account. Perhaps stay in this time.',
    state: 'draft',
    changes: [[' Perhaps stay in this time.', '']],
  },
  {
    dataset: 'Summaries',
    prompt: 'Summarise the letter from the water company in two sentences.',
    rejected:
      'The letter is about water. It says that the pipes in Mill Lane will be replaced, that the water will be off from 9 to 4 on Tuesday, and that you can fill up at the tap by the school.',
  },
  {
    dataset: 'Summaries',
    prompt: 'Put this notice from the school into plain English.',
    rejected:
      'Children must wear coats. The school will be closed on Monday and Tuesday, because the heating is being repaired, so keep your child at home.',
    state: 'done',
    changes: [
      ['Children must wear coats. The', 'The'],
      [', so keep your child at home', ''],
    ],
  },
  {
    dataset: 'Translation',
    prompt: 'Translate: „Der Zug endet heute ausnahmsweise in Ulm.“',
    rejected: 'The train ends in Ulm today with an exception.',
    state: 'done',
    changes: [
      ['ends in Ulm today', 'will terminate at Ulm today'],
      [' with an exception', ''],
    ],
  },
  {
    dataset: 'Translation',
    prompt: 'Translate: „Bitte halten Sie Ihren Ausweis bereit.“',
    rejected: 'Please hold your identity card ready to hand.',
  },
  {
    dataset: 'Help desk',
    prompt: 'What does “pro rata” mean on my payslip?',
    rejected: 'It means that you are paid less than the others because you work less.',
    state: 'skipped',
  },
  {
    dataset: 'Help desk',
    prompt: 'Do I have to be in when the meter is changed?',
    rejected:
      'Yes. If you are not in, we will charge you for the visit. You can change the date up to two days before.',
  },
  {
    dataset: 'Summaries',
    prompt: 'Write two lines for the parish magazine about the book swap.',
    rejected: 'Come to the book swap! Books will be swapped. Bring books.',
  },
  {
    dataset: 'Help desk',
    prompt: 'Why is there a £1 charge from you on my statement?',
    rejected:
      'It is a test charge and we cannot say when it will go away. We make one when a new card is added, to see that it works.',
    state: 'done',
    changes: [['we cannot say when it will go away', 'it will go away within three days']],
  },
  {
    dataset: 'Translation',
    prompt: 'Translate: „Der Aufzug ist bis auf Weiteres außer Betrieb.“',
    rejected: 'The lift is until further out of operation.',
  },
  {
    dataset: 'Help desk',
    prompt: 'Which bin does a broken lamp go in?',
    rejected:
      'Put it in any bin. The council sorts everything afterwards. Wrap broken glass so that no one is cut.',
    state: 'done',
    changes: [
      [
        'Put it in any bin. The council sorts everything afterwards.',
        'None of them: take it to the recycling centre.',
      ],
    ],
  },
  {
    dataset: 'Summaries',
    prompt: 'Shorten this: “Owing to circumstances beyond our control…”',
    rejected: 'Owing to circumstances, the museum is not open.',
  },
  {
    dataset: 'Help desk',
    prompt: 'Can my mother collect my prescription for me?',
    rejected:
      'No, prescriptions can only be collected by the patient. Ring us if you cannot come, and we will find a way.',
    state: 'draft',
    changes: [
      ['No, prescriptions can only be collected by the patient.', 'Yes, if she brings your date of birth.'],
    ],
  },
  {
    dataset: 'Help desk',
    prompt: 'How long do I have to bring back shoes that don’t fit?',
    rejected: 'You have 14 days, although many shops do not allow it. Keep the box and the receipt.',
    state: 'done',
    changes: [[', although many shops do not allow it', '']],
  },
  {
    dataset: 'Translation',
    prompt: 'Translate: „Wir bitten um Ihr Verständnis.“',
    rejected: 'We beg for your understanding.',
  },
  {
    dataset: 'Help desk',
    prompt: 'What happens to my pension if I go part time?',
    rejected: 'Your pension will be smaller. Ask your employer about it.',
  },
  {
    dataset: 'Help desk',
    prompt:
      'I’m moving to a new flat on the 28th. How do I move my broadband there, and will I still pay the same?',
    rejected:
      'Moving is exciting! You can move your broadband in the app under Account, then Moving home. You’ll need your new postcode and the date you get the keys.\n\nWe ask for ten working days’ notice. An engineer visit may be needed and it can take up to two hours, so someone over 18 has to be in.\n\nPrices depend on your area, so yours might go up or it might go down. We’ll show you the new price before you confirm anything, and you can always ring us if you would rather talk it through.',
    chosen:
      'Yes, you can take your broadband with you. Tell us the new address at least ten working days before you move and we’ll check what line it has.\n\nYour price stays the same if the new flat is served by the same network. If it isn’t, we’ll offer you the nearest package and you can leave without a fee.\n\n1. Open Account, then Moving home.\n2. Enter the new postcode and your moving date.\n3. Choose a time for the engineer, if one is needed.\n\nBring the router with you: it will work at the new address.',
  },
]

/** The text that the changes make, with the operations that an editor would have recorded. */
export function editOf({ rejected, changes = [] }: Row) {
  let edited = rejected
  let after = 0
  const operations = changes.map(([removed, inserted], i) => {
    const at = edited.indexOf(removed, after)
    if (at < 0) throw new Error(`"${removed}" is not in the response: ${edited}`)
    edited = edited.slice(0, at) + inserted + edited.slice(at + removed.length)
    after = at + inserted.length
    return { at, removed, inserted, elapsedMs: 9000 * (i + 1) }
  })
  return { edited, operations }
}
