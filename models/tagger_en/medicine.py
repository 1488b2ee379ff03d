"""Words of medicine, whole and as parts that new ones are made of."""

# ruff: noqa: SIM905 - lists of words read better as words

DRUG_HEADS = (
    "metro lisino ator simva prava rosuva losar valsar amlodi enala capto meto ateno propra "
    "warfa apixa riva clopi omep panto esome raniti cetiri lorata fexo monte albu flutica budeso "
    "predni dexa ibu napro diclo cele gaba pregaba dulo venla sertra fluoxe esci citalo bupro "
    "traza mirta arip olanza quetia rispe loraz alpraz cloni zolpi amoxi azithro cipro levo doxy "
    "cepha vanco fluco acyclo valacyc oselta metfor glipi glybu sita empagli dapagli semaglu "
    "lira levothy allopuri colchi tamsu finast furose hydrochloro spirono bisopro carve telmi "
    "olme ribo tofa ada inflixi pembro rituxi nitro sulfa mesala sumatri topira lamotri val "
    "carba ondans meclo"
).split()
DRUG_TAILS = (
    "lol pril sartan statin pine zole tidine zine dine lukast terol sone solone profen xen fenac "
    "coxib pentin tine faxine line pram pion done prazole zam pam dem cillin mycin floxacin "
    "cycline lexin nazole vir formin zide ride gliptin gliflozin tide thyroxine nol cine losin "
    "eride mide thiazide lactone mab nib triptan setron parin xaban gliptin dronate"
).split()
CONDITION_HEADS = (
    "cardi gastr hepat nephr neur arthr derm bronch pancreat col append tonsil sinus ot mening "
    "my oste thyroid phleb vascul encephal pneum cyst rhin laryng tendin burs fibr lymph aden "
    "angi cholecyst diverticul endocard faci gingiv kerat mast prostat retin spondyl ureter"
).split()
CONDITION_TAILS = (
    "itis opathy omegaly algia osis oma ectomy oscopy ology ogram emia uria otomy plasty "
    "asthenia ostomy odynia ocele iasis"
).split()
#: What stands behind a part of the body, or another word, in names of conditions.
KINDS_OF_ILLNESS = (
    "pain infection cancer disease failure inflammation syndrome disorder fever virus allergy "
    "poisoning palsy rash"
).split()
ANATOMY = (
    "kidney liver spleen pancreas gallbladder colon stomach knee shoulder hip ankle elbow wrist "
    "spine lumbar cervical thoracic femur tibia fibula humerus radius ulna patella clavicle "
    "scapula rotator cuff meniscus ligament tendon cartilage heart lung lungs thyroid lymph "
    "nodes tonsils pharynx sinuses retina cornea eardrum esophagus duodenum bowel bladder "
    "prostate uterus ovary ovaries aorta carotid artery vein ventricle atrium valve sternum rib "
    "ribs abdomen pelvis groin thigh calf heel toe thumb index finger knuckle jaw gum tongue "
    "scalp forehead eyelid nostril neck trachea bronchi diaphragm sacrum coccyx disc nerve "
    "median nerve sciatic nerve hamstring quadriceps biceps achilles metatarsal phalanx l4-l5 c5 "
    "t12 ileum jejunum cecum appendix parathyroid pituitary adrenal hypothalamus cortex "
    "cerebellum dorsalis pedis popliteal fossa"
).split()
#: Signs and tests that are called after people.
SIGNS = (
    "lachman's mcmurray's murphy's romberg babinski tinel's phalen's hawkins neer homan's "
    "kernig's brudzinski finkelstein's allen's weber rinne trendelenburg thompson spurling's "
    "schober drawer rovsing's cullen's apgar glasgow ramsay wells"
).split()
#: Headings of an examination.
SECTIONS = (
    "constitutional|musculoskeletal|neurologic|cardiovascular|respiratory|genitourinary|"
    "gastrointestinal|psychiatric|integumentary|endocrine|hematologic|vital signs|chief complaint|"
    "review of systems|assessment and plan|past medical history|social history|family history|"
    "history of present illness|head and neck|skin|eyes|ears|general appearance"
).split("|")
EXAMS = (
    "mri x-ray x-rays x-ray ct ultrasound x-ray xray ekg ecg eeg emg echocardiogram echo "
    "colonoscopy endoscopy "
    "biopsy mammogram bloodwork urinalysis hemoglobin a1c cholesterol ldl hdl creatinine "
    "potassium sodium glucose tsh psa troponin bnp ferritin platelets wbc cbc cmp inr gfr bmi "
    "stress test pulmonary function test bone density scan pet scan pap smear stool sample "
    "throat swab auscultation palpation percussion reflexes gait straight leg raise range of "
    "motion flexion extension abduction adduction dorsiflexion rotation inspiration"
).split()
FINDINGS = (
    "normal|unremarkable|tender|nontender|mild|moderate|severe|chronic|acute|bilateral|stable|"
    "elevated|decreased|intact|symmetric|palpable|distended|benign|malignant|positive|negative|"
    "regular|clear|within normal limits|in no distress|soft|flat|swollen|well healed|supple|"
    "mildly inflamed|brisk|alert|oriented|pitting|male|female|midline|primary|coronary|abdominal"
).split("|")
TREATMENTS = (
    "physical therapy|surgery|a stent|a bypass|a catheter|dialysis|chemotherapy|radiation|"
    "an inhaler|a nebulizer|a brace|a splint|a cast|crutches|orthotics|an injection|an epidural|"
    "a vaccine|a booster|a flu shot|a referral|lab work|ice|compression|elevation|stretching|"
    "a low salt diet|weight loss|bed rest|home exercises|a hearing aid|a pacemaker|cpap|"
    "an insulin pump|a z-pak"
).split("|")
FREQUENCIES = (
    "once daily|twice a day|every six hours|at bedtime|as needed|prn|bid|tid|with meals|"
    "once a week|every other day|in the morning"
).split("|")
